import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { deleteExtension, suspendExtension } from "@/server/domain/provisioning/extensions";
import { setTenantState } from "@/server/domain/tenancy/tenants";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import type { Phone } from "@/test/support/builders";
import { callDesk, type Verdict } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof callDesk>;
const phones: Phone[] = [];

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = callDesk(db.pool);
  await on.topUp(on.reseller, 10_000_000n);
  await on.topUp(on.customer, 10_000_000n);
  for (const number of ["201", "202", "203"]) phones.push(await on.phone(on.customer, number));
});
afterAll(() => db.drop());

const idOf = (who: "operator" | "reseller" | "customer") => on[who].tenantId as TenantId;
const extensionOf = (at: number) => phones[at]?.extensionId as ExtensionId;

/** Asks for a call from this phone in the middle of a change, which commits a moment later. */
async function askedDuring(
  by: TenantId,
  at: number,
  work: (tx: TenantWrite) => Promise<unknown>,
): Promise<Verdict | undefined> {
  let answer: Promise<Verdict> | undefined;
  const actor = { kind: "cli", id: "test", requestId: "test" } as const;
  await change(db.app, { tenantId: by, actor, action: "tenant.suspend" }, async (tx) => {
    await work(tx);
    answer = desk.authorise({ call: randomUUID(), endpoint: phones[at]?.endpoint ?? "" });
    await pause(200);
    return { subject: "test", result: undefined };
  });
  return answer;
}

test("a call that comes in while its phone is suspended or deleted does not slip through", async () => {
  const customer = idOf("customer");
  const suspended = await askedDuring(customer, 0, (tx) => suspendExtension(tx, customer, extensionOf(0)));
  expect(suspended).toMatchObject({ kind: "refuse", code: "SEC-01" });
  const deleted = await askedDuring(customer, 1, (tx) => deleteExtension(tx, customer, extensionOf(1)));
  expect(deleted).toMatchObject({ kind: "refuse", code: "AUT-02" });
});

test("the id of a call that one phone has opens nothing for another", async () => {
  const [call, stranger] = [randomUUID(), await on.phone(on.reseller, "301")];
  const first = await desk.authorise({ call, endpoint: phones[2]?.endpoint ?? "" });
  expect(first.kind).toBe("out");
  expect(await desk.authorise({ call, endpoint: stranger.endpoint })).toMatchObject({ kind: "refuse", code: "SYS-01" });
  expect(await desk.authorise({ call, endpoint: phones[2]?.endpoint ?? "" })).toEqual(first);
});

test("nor does one while its tenant, or the one above, is suspended", async () => {
  const above = (slug: string, state: "active" | "suspended") => (tx: TenantWrite) =>
    setTenantState(tx, idOf("operator"), slug, state);
  const own = await askedDuring(idOf("operator"), 2, above("acme", "suspended"));
  expect(own).toMatchObject({ kind: "refuse", code: "SEC-02" });
  await askedDuring(idOf("operator"), 2, above("acme", "active"));
  const provider = await askedDuring(idOf("operator"), 2, above("reseller", "suspended"));
  expect(provider).toMatchObject({ kind: "refuse", code: "BAL-03" });
});
