import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import type { ProcedureMeta } from "@/server/api/trpc";
import { callerFor, signedInAs } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.topUp(on.reseller, 2_000_000_000n);
});
afterAll(() => db.drop());

const money = () =>
  on.sql(
    "SELECT (SELECT array_agg(w::text ORDER BY w.id) FROM wallet w) AS wallets, (SELECT count(*) FROM ledger_entry) AS entries, (SELECT array_agg(b::text ORDER BY b.id) FROM voucher_batch b) AS batches, (SELECT count(*) FROM task) AS tasks",
  );
const operator = { tenantSlug: "operator" };
const reseller = { tenantSlug: "reseller" };
type Caller = ReturnType<typeof callerFor>;
const as = (who: "operator" | "reseller", minutesAgo: number): Caller => {
  const userId = on.owners[who];
  const authenticatedAt = new Date(Date.now() - minutesAgo * 60_000);
  return callerFor(db.app, userId, { signedIn: { ...signedInAs(userId), authenticatedAt } });
};
const key = () => randomUUID();
const tomorrow = () => new Date(Date.now() + 86_400_000);

/** What moves money of somebody else, with one step above the limit of 500 and how it is asked for. */
const above: Readonly<
  Record<string, (amount: string) => readonly ["operator" | "reseller", (of: Caller) => Promise<unknown>]>
> = {
  "billing.topUp": (amount) => [
    "operator",
    (of) => of.billing.topUp({ ...operator, toTenantSlug: "reseller", amount, postingKey: key() }),
  ],
  "billing.transfer": (amount) => [
    "reseller",
    (of) => of.billing.transfer({ ...reseller, withTenantSlug: "acme", amount, postingKey: key() }),
  ],
  "vouchers.create": (amount) => [
    "operator",
    (of) => of.vouchers.create({ ...operator, count: 1, amount, expiresAt: tomorrow() }),
  ],
  "terms.setCreditLimit": (amount) => [
    "operator",
    (of) => of.terms.setCreditLimit({ ...operator, ofTenantSlug: "reseller", limit: amount }),
  ],
};
/** Their amount is on record, so each has a test of its own below or beside its subject. */
const onRecord = [
  "billing.undoTransfer",
  "approvals.approve",
  "payments.refund",
  "disputes.credit",
  "vouchers.approve",
  "rerating.run",
  "limits.setBelowCost",
  "limits.setCostPlan",
];
/** Nothing of somebody else's moves by these: own money comes in, limits get tighter or looser within what is there, words. */
const harmless = [
  ...["approvals.ask", "approvals.reject", "disputes.reject", "rerating.preview", "mail.sendAgain", "alerts.set"],
  ...[
    "limits.set",
    "limits.setExtension",
    "limits.setBelow",
    "statements.create",
    "statements.sendAgain",
    "statements.setDetails",
  ],
  ...[
    "payments.start",
    "payments.byCard",
    "payments.answerTest",
    "payments.removeCard",
    "vouchers.redeem",
    "vouchers.revoke",
  ],
  ...["autoTopUp.set", "autoTopUp.resume", "autoTopUp.stop", "terms.setTax"],
];

test("every change of money is known here: it asks anew who one is, or it says why it need not", () => {
  const changes = Object.entries(appRouter._def.procedures).filter(([, each]) => {
    const { type, meta } = (each as unknown as { _def: { type: string; meta?: ProcedureMeta } })._def;
    return type === "mutation" && meta?.permission === "billing.write";
  });
  expect(changes.map(([name]) => name).sort()).toEqual([...Object.keys(above), ...onRecord, ...harmless].sort());
});

test.each(Object.entries(above))(
  "%s above the limit wants to know anew who one is, and moves nothing before",
  async (_, asked) => {
    const [who, work] = asked("500.01");
    const before = await money();
    await expect(work(as(who, 16))).rejects.toMatchObject({ message: "reauth_required" });
    expect(await money()).toEqual(before);
    await work(as(who, 14));
    await asked("500")[1](as(who, 16));
  },
);

test("what was moved or waits is taken back or approved by whoever has just shown who they are", async () => {
  const moved = await as("reseller", 0).billing.transfer({
    ...reseller,
    withTenantSlug: "acme",
    amount: "501",
    postingKey: key(),
  });
  const undo = (of: Caller) => of.billing.undoTransfer({ ...reseller, transactionId: moved.transactionId ?? "" });
  const batch = await as("operator", 0).vouchers.create({
    ...operator,
    count: 3,
    amount: "400",
    expiresAt: tomorrow(),
  });
  const second = await on.person(on.operator, "billing");
  const stale = { ...signedInAs(second), authenticatedAt: new Date(Date.now() - 16 * 60_000) };
  const approve = (of: Caller) => of.vouchers.approve({ ...operator, batchId: batch.id });

  const refund = (amount: string) =>
    as("operator", 16).payments.refund({ tenantSlug: "acme", paymentId: key(), amount, postingKey: key() });

  const before = await money();
  await expect(refund("500.01")).rejects.toMatchObject({ message: "reauth_required" });
  await expect(refund("500")).rejects.toMatchObject({ message: "not_found" });
  await expect(undo(as("reseller", 16))).rejects.toMatchObject({ message: "reauth_required" });
  await expect(approve(callerFor(db.app, second, { signedIn: stale }))).rejects.toMatchObject({
    message: "reauth_required",
  });
  const rerate = { ...reseller, periodFrom: "2026-01-01", periodTo: "2026-01-31" };
  const below = { ...reseller, allowed: true };
  await expect(as("reseller", 16).limits.setBelowCost(below)).rejects.toMatchObject({ message: "reauth_required" });
  await as("reseller", 16).limits.setBelowCost({ ...reseller, allowed: false });
  await expect(as("reseller", 16).rerating.run(rerate)).rejects.toMatchObject({ message: "reauth_required" });
  expect(await money()).toEqual(before);
  await undo(as("reseller", 14));
  await approve(callerFor(db.app, second));
});
