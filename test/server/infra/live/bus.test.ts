import { expect, test } from "vitest";

import { createLiveBus, decodeLive, encodeLive } from "@/server/infra/live/bus";
import type { TenantId } from "@/server/kernel/ids";

const acme = "5f0a8f0e-7d1f-4f2f-9a59-0d2f3f1b7a11" as TenantId;

test("a burst of one tenant becomes one message per kind", async () => {
  const sent: string[] = [];
  const bus = createLiveBus(async (payloads) => void sent.push(...payloads), { coalesceMs: 5 });
  for (let n = 0; n < 100; n += 1) bus.publish({ tenantId: acme, kind: n % 2 ? "calls" : "balance" });
  await bus.close();
  expect(sent.map(decodeLive)).toEqual([
    { tenantId: acme, kind: "balance" },
    { tenantId: acme, kind: "calls" },
  ]);
});

test("a database that is away costs a picture, not the caller", async () => {
  const failures: unknown[] = [];
  const bus = createLiveBus(() => Promise.reject(new Error("away")), {
    coalesceMs: 1,
    onFailed: (e) => failures.push(e),
  });
  bus.publish({ tenantId: acme, kind: "calls" });
  await bus.close();
  expect(failures).toHaveLength(1);
});

test("what is not of the channel's form is nothing", () => {
  expect(decodeLive(encodeLive({ tenantId: acme, kind: "audit" }))).toEqual({ tenantId: acme, kind: "audit" });
  for (const bad of ["", "{}", "null", '{"t":1,"k":"calls"}', `{"t":"${acme}","k":"secrets"}`])
    expect(decodeLive(bad)).toBeUndefined();
});
