import { expect, test } from "vitest";

import type { LiveKind } from "@/server/infra/live/bus";
import { createRecent } from "@/server/infra/live/recent";
import type { TenantId } from "@/server/kernel/ids";

const [operator, reseller, bakery, garage] = ["op", "re", "ba", "ga"] as unknown as [
  TenantId,
  TenantId,
  TenantId,
  TenantId,
];
const up = { [bakery]: [bakery, reseller, operator], [garage]: [garage, reseller, operator] };
const add = (recent: ReturnType<typeof createRecent>, tenantId: TenantId, kind: LiveKind) =>
  recent.add({ tenantId, kind }, up[tenantId] ?? [tenantId]);

test("tells each tenant what changed there and below since then, and nothing of before", () => {
  const recent = createRecent();
  add(recent, bakery, "calls");
  const then = recent.position();
  add(recent, bakery, "balance");
  add(recent, garage, "calls");
  expect(recent.since(then, [bakery, reseller])).toEqual(
    new Map([
      [bakery, new Set(["balance"])],
      [reseller, new Set(["balance", "calls"])],
    ]),
  );
  expect(recent.since(recent.position(), [bakery, reseller])).toEqual(new Map());
});

test("what changes again and again takes one place, so the window is long", () => {
  const recent = createRecent(2);
  const then = recent.position();
  for (let i = 0; i < 100; i += 1) add(recent, bakery, i % 2 ? "calls" : "balance");
  expect(recent.since(then, [bakery])?.get(bakery)).toEqual(new Set(["balance", "calls"]));
});

test("beyond the window, from another process and after something was missed it says that it does not know", () => {
  const recent = createRecent(2);
  const first = recent.position();
  for (const kind of ["calls", "balance", "audit"] as const) add(recent, bakery, kind);
  expect(recent.since(first, [bakery])).toBeUndefined();
  expect(recent.since(createRecent().position(), [bakery])).toBeUndefined();
  const then = recent.position();
  recent.forget();
  expect(recent.since(then, [bakery])).toBeUndefined();
  expect(recent.since(recent.position(), [bakery])).toEqual(new Map());
  for (const nonsense of ["", "-", "1", `${first}0x`, `${first.split("-")[0]}-99999`])
    expect([nonsense, recent.since(nonsense, [bakery])]).toEqual([nonsense, undefined]);
});
