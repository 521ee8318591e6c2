import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
const people: Record<string, string> = {};
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  const { seat, operator, reseller, customer } = branches;
  people["billing"] = await seat(operator, "billing");
  people["support"] = await seat(operator, "support");
  people["viewer"] = await seat(operator, "viewer");
  people["reseller"] = await seat(reseller, "owner");
  people["customer"] = await seat(customer, "owner");
  for (const [of, subject] of [
    [customer, "of the customer"],
    [branches.far, "of another branch"],
    [operator, "of the operator"],
  ] as const) {
    await branches.build.sql(
      "INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency) VALUES ($1, 'shortfall', $2, 5, 'EUR')",
      [of.tenantId, subject],
    );
  }
});
afterAll(() => db.drop());

const as = (who: string) => callerFor(db.app, people[who]).reconciliation;
const operator = { tenantSlug: "operator" };

test("the operator sees the differences of everybody, and its board adds them up", async () => {
  const { items } = await as("support").list(operator);
  expect(items.map(({ subject }) => subject).sort()).toEqual([
    "of another branch",
    "of the customer",
    "of the operator",
  ]);
  expect(await as("support").board(operator)).toMatchObject({ atRisk: [{ currency: "EUR", count: 3, micros: 15n }] });
});

test.each([
  ["a reseller", "reseller", "ours"],
  ["a customer", "customer", "inside"],
])("%s is refused: what a chain has at risk tells what others pay", async (_who, who, tenantSlug) => {
  for (const ask of [
    () => as(who).board({ tenantSlug }),
    () => as(who).list({ tenantSlug }),
    () => as(who).run({ tenantSlug }),
  ]) {
    await expect(ask()).rejects.toMatchObject({ message: "forbidden" });
  }
  // Not even by way of the address of somebody above.
  await expect(as(who).list(operator)).rejects.toMatchObject({ message: "not_found" });
});

test("run now is for those who may write, and is recorded", async () => {
  await expect(as("viewer").board(operator)).rejects.toMatchObject({ message: "forbidden" });
  await expect(as("support").run(operator)).rejects.toMatchObject({ message: "forbidden" });
  const queued = () => branches.build.sql("SELECT FROM outbox_job WHERE job_name = 'calls.reconcile_now'");
  expect(await queued()).toHaveLength(0);
  await as("billing").run(operator);
  expect(await queued()).toHaveLength(1);
  const trail = await branches.build.sql(
    "SELECT action, outcome, actor_id FROM audit_event WHERE action IN ('reconciliation.run', 'permission.deny') AND tenant_id = $1 ORDER BY seq",
    [branches.operator.tenantId],
  );
  expect(trail).toContainEqual({ action: "permission.deny", outcome: "denied", actor_id: people["support"] });
  expect(trail).toContainEqual({ action: "reconciliation.run", outcome: "ok", actor_id: people["billing"] });
});

test("a difference is closed with a reason that stands in the trail", async () => {
  const [row] = (await as("billing").list({ ...operator, text: "of the customer" })).items;
  const differenceId = row?.id ?? "";
  await expect(as("support").resolve({ ...operator, differenceId, reason: "not mine" })).rejects.toMatchObject({
    message: "forbidden",
  });
  await expect(as("billing").resolve({ ...operator, differenceId, reason: "x" })).rejects.toMatchObject({
    message: "invalid_input",
  });
  await as("billing").resolve({ ...operator, differenceId, reason: "written off" });
  await expect(as("billing").resolve({ ...operator, differenceId, reason: "again" })).rejects.toMatchObject({
    message: "invalid_state",
  });
  expect(
    await branches.build.one(
      "SELECT subject, after ->> 'reason' AS reason FROM audit_event WHERE action = 'reconciliation.resolve'",
    ),
  ).toEqual({ subject: `difference:${differenceId}`, reason: "written off" });
});
