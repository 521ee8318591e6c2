import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

describe("calls of a second", () => {
  test("are limited by a tenant and from above, the tighter of the two, and lifted again", async () => {
    const seconds = async () =>
      (
        await on.one<{ n: number | null }>("SELECT max_calls_per_second AS n FROM tenant WHERE id = $1", [
          on.customer.tenantId,
        ])
      ).n;
    await on.as("customer").limits.set({ ...acme, maxCallsPerSecond: 5 });
    expect(await seconds()).toBe(5);
    const from = { tenantSlug: "reseller", ofTenantSlug: "acme" };
    await on.as("reseller").limits.setBelow({ ...from, maxCallsPerSecond: 2 });
    expect(await seconds()).toBe(2);
    await expect(on.as("customer").limits.set({ ...acme, maxCallsPerSecond: 3 })).rejects.toMatchObject({
      message: "limit_bound",
      cause: { detail: { field: "maxCallsPerSecond", allowed: "2", asked: "3" } },
    });
    await on.as("reseller").limits.setBelow({ ...from, maxCallsPerSecond: null });
    await on.as("customer").limits.set({ ...acme, maxCallsPerSecond: null });
    expect(await seconds()).toBe(null);
  });
});

describe("selling below cost", () => {
  const allowed = async (of: { tenantId: string }) =>
    (await on.one<{ is: boolean }>("SELECT sells_below_cost AS is FROM tenant WHERE id = $1", [of.tenantId])).is;

  test("is allowed by the one who sells and pays for it, and in its trail", async () => {
    await on.as("reseller").limits.setBelowCost({ tenantSlug: "reseller", allowed: true });
    expect([await allowed(on.reseller), await allowed(on.customer), await allowed(on.operator)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await on.as("reseller").limits.get({ tenantSlug: "reseller" })).toMatchObject({ sellsBelowCost: true });
    // Nobody above or below reads of it beside their own.
    const above = await on.as("operator").limits.get({ tenantSlug: "operator", ofTenantSlug: "reseller" });
    expect(above.sellsBelowCost).toBe(false);
    await on.as("reseller").limits.setBelowCost({ tenantSlug: "reseller", allowed: false });
    expect(await allowed(on.reseller)).toBe(false);
    const trail = await on.sql(
      "SELECT before, after FROM audit_event WHERE tenant_id = $1 AND action = 'limits.set_below_cost' ORDER BY seq",
      [on.reseller.tenantId],
    );
    expect(trail).toEqual([
      { before: { sellsBelowCost: false }, after: { sellsBelowCost: true } },
      { before: { sellsBelowCost: true }, after: { sellsBelowCost: false } },
    ]);
  });

  test("is compared with what carriers ask by a plan of the operator's, and of nobody else's", async () => {
    const operator = { tenantSlug: "operator" };
    const planId = (await on.as("operator").plans.create({ ...operator, name: "Carriers", currency: "EUR" })).id;
    const set = (id: string | null) => on.as("operator").limits.setCostPlan({ ...operator, planId: id });
    const kept = async () => (await on.as("operator").limits.get(operator)).costPlanId;
    await set(planId);
    expect(await kept()).toBe(planId);
    // Nobody below reads of it.
    expect(await on.as("reseller").limits.get({ tenantSlug: "reseller" })).toMatchObject({ costPlanId: null });
    const foreign = await on.as("reseller").plans.create({ tenantSlug: "reseller", name: "Own", currency: "EUR" });
    const markup = { ...operator, name: "Markup", currency: "EUR", markup: { factor: "2", basePlanId: planId } };
    for (const id of [foreign.id, (await on.as("operator").plans.create(markup)).id, on.reseller.tenantId])
      await expect(set(id)).rejects.toMatchObject({ message: "not_found" });
    await expect(
      on.as("reseller").limits.setCostPlan({ tenantSlug: "reseller", planId: foreign.id }),
    ).rejects.toMatchObject({ message: "invalid_state" });
    expect(await kept()).toBe(planId);
    await set(null);
    expect(await kept()).toBe(null);
    const trail = await on.sql(
      "SELECT before, after FROM audit_event WHERE action = 'limits.set_cost_plan' AND outcome = 'ok' ORDER BY seq",
    );
    expect(trail).toEqual([
      { before: { costPlan: null }, after: { costPlan: "Carriers" } },
      { before: { costPlan: "Carriers" }, after: { costPlan: null } },
    ]);
  });

  test("is nothing for a customer, who sells to nobody", async () => {
    const before = await everyRow(db);
    await expect(on.as("customer").limits.setBelowCost({ ...acme, allowed: true })).rejects.toMatchObject({
      message: "not_below",
    });
    expect(await everyRow(db)).toBe(before);
  });
});
