import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const reseller = { tenantSlug: "reseller" };
const acme = { tenantSlug: "acme" };

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

describe("plans by priority", () => {
  const add = (planId: string, priority: number) =>
    on.as("reseller").tenantPlans.add({ ...reseller, planId, toTenantSlug: "acme", priority });
  const order = async () =>
    (await on.as("customer").tenantPlans.list(acme)).items.map((row) => [row.priority, row.planId]);

  test("are asked in their order, the standing one last", async () => {
    const [night, mobile] = [await on.plan(on.reseller, {}), await on.plan(on.reseller, {})];
    await add(night, 2);
    await add(mobile, 1);
    expect(await order()).toEqual([
      [1, mobile],
      [2, night],
      [null, on.selling],
    ]);
    await expect(add(night, 1)).rejects.toMatchObject({ message: "invalid_state", cause: { detail: { priority: 1 } } });
    await add(night, 2);
    await add(night, 5);
    expect(await order()).toEqual([
      [1, mobile],
      [5, night],
      [null, on.selling],
    ]);
    const remove = (planId: string) =>
      on.as("reseller").tenantPlans.remove({ ...reseller, planId, toTenantSlug: "acme" });
    expect(await remove(mobile)).toEqual({ changed: true });
    expect(await remove(mobile)).toEqual({ changed: false });
    expect(await remove(on.selling)).toEqual({ changed: true });
    expect(await order()).toEqual([[5, night]]);
    const [event] = await on.sql(
      "SELECT before, after FROM audit_event WHERE tenant_id = $1 AND action = 'plan.assign' ORDER BY seq DESC LIMIT 1",
      [on.customer.tenantId],
    );
    expect(event).toEqual({ before: { plan: night, priority: 2 }, after: { plan: night, priority: 5 } });
  });

  test("belong to a tenant above, in the buyer's currency", async () => {
    const dollars = await on.plan(on.reseller, {}, { currency: "USD" });
    const foreign = await on.plan(on.operator, {});
    const before = await everyRow(db);
    await expect(add(dollars, 3)).rejects.toMatchObject({ message: "currency_mismatch" });
    await expect(add(foreign, 3)).rejects.toMatchObject({ message: "not_found" });
    await expect(add(on.selling, 0)).rejects.toMatchObject({ message: "invalid_input" });
    await expect(add(on.selling, 100)).rejects.toMatchObject({ message: "invalid_input" });
    await expect(
      on.as("reseller").tenantPlans.add({ ...reseller, planId: on.selling, toTenantSlug: "reseller", priority: 3 }),
    ).rejects.toMatchObject({ message: "not_below" });
    expect(await everyRow(db)).toBe(before);
    await on
      .as("operator")
      .tenantPlans.add({ tenantSlug: "operator", planId: foreign, toTenantSlug: "acme", priority: 3 });
    // The reseller learns that there is one, not what it is called: it is between the operator and the customer.
    const seen = await on.as("reseller").tenantPlans.list({ ...reseller, ofTenantSlug: "acme" });
    expect(seen.items.find(({ planId }) => planId === foreign)).toMatchObject({
      name: null,
      yours: false,
      priority: 3,
    });
  });

  test("given by several at once leave one plan for each priority", async () => {
    const plans = await Promise.all([1, 2, 3].map(() => on.plan(on.reseller, {})));
    const results = await Promise.allSettled(plans.map((planId) => add(planId, 9)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ message: "invalid_state" });
    }
  });
});
