import { afterAll, beforeAll, expect, test } from "vitest";

import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { endRules } from "@/workers/processors/end-rules";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const rule = { tenantSlug: "operator", ofTenantSlug: "acme", signal: "calls", scope: "extension" } as const;
const row = async () => {
  const { items } = await on.as("operator").rules.list({ tenantSlug: "operator", ofTenantSlug: "acme" });
  return items.find(({ signal, scope }) => signal === "calls" && scope === "extension");
};
const run = () => endRules({}, taskContext({ db: db.app, pool: db.pool }, on.operator.tenantId as TenantId));
const trail = (tenantId: string) =>
  on.sql<{ after: { rules: string }; actor_id: string }>(
    "SELECT after, actor_id FROM audit_event WHERE tenant_id = $1 AND action = 'rule.end'",
    [tenantId],
  );

test("a rule returns to what is inherited at its moment, and the trail of both says so once", async () => {
  const until = new Date(Date.now() + 86_400_000);
  await on.as("operator").rules.set({ ...rule, critical: "500", until });
  expect(await row()).toMatchObject({ effective: { critical: "500" }, until });
  // What does not speak of the end leaves it.
  await on.as("operator").rules.set({ ...rule, warn: "90" });
  expect(await row()).toMatchObject({ effective: { warn: "90", critical: "500" }, until });
  await run();
  expect(await trail(on.operator.tenantId)).toEqual([]);

  await on.sql("UPDATE rule SET ends_at = now() - interval '1 second'");
  // It holds no more, whether or not the job ran yet.
  expect(await row()).toMatchObject({
    effective: { warn: "80", critical: "200" },
    own: { critical: null },
    until: null,
  });
  await run();
  await run();
  for (const tenantId of [on.operator.tenantId, on.customer.tenantId]) {
    expect(await trail(tenantId)).toMatchObject([{ after: { rules: "calls per extension" }, actor_id: "rule.end" }]);
  }
  expect(await on.sql("SELECT FROM rule")).toEqual([]);
});

test("whoever is spoken about reads in the trail what was said about it, and not what was said about others", async () => {
  const until = new Date(Date.now() + 86_400_000);
  const calls = await trail(on.customer.tenantId);
  await on.as("operator").rules.set({ ...rule, critical: "500", until });
  await on
    .as("operator")
    .rules.set({ ...rule, signal: "short_calls", ofTenantSlug: "reseller", critical: "500", until });
  await on.sql("UPDATE rule SET ends_at = now() - interval '1 second'");
  await run();
  const [of, above] = [await trail(on.customer.tenantId), await trail(on.reseller.tenantId)];
  expect(of.slice(calls.length).map(({ after }) => after)).toEqual([{ rules: "calls per extension" }]);
  expect(above.map(({ after }) => after)).toEqual([{ rules: "short_calls per extension" }]);
  expect(await on.sql("SELECT FROM rule")).toEqual([]);
});

test("an end can be taken back, and is neither over nor years ahead", async () => {
  const set = (until: Date | null) => on.as("operator").rules.set({ ...rule, critical: "300", until });
  await set(new Date(Date.now() + 3_600_000));
  await set(null);
  expect(await row()).toMatchObject({ effective: { critical: "300" }, until: null });
  for (const wrong of [new Date(Date.now() - 1), new Date(Date.now() + 400 * 86_400_000)]) {
    await expect(set(wrong)).rejects.toMatchObject({ message: "invalid_input" });
  }
});
