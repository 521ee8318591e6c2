import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { readRuleBook } from "@/server/domain/rules/rule-book";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const spend = { signal: "spend", scope: "extension" } as const;

/** A customer that counts in a currency, and what it reads about money spent per extension. */
async function customerIn(currency: string) {
  const slug = `c${randomUUID().slice(0, 8)}`;
  const tenant = await on.tenant("customer", on.operator, { slug, currency });
  const owner = await on.person(tenant);
  const rules = on.as({ userId: owner }).rules;
  const read = async () =>
    (await rules.list({ tenantSlug: slug })).items.find((one) => one.signal === "spend" && one.scope === "extension");
  const counted = async () => {
    const { warn, critical } = (await readRuleBook(db.pool, [tenant.tenantId]))(tenant.tenantId, spend);
    return [warn, critical];
  };
  return { tenant, slug, rules, read, counted };
}

test("a tenant reads and is measured by thresholds in its own currency, also what was said above it in another", async () => {
  const yen = await customerIn("JPY");
  expect(await yen.read()).toMatchObject({
    currency: "JPY",
    effective: { warn: "2000.000000", critical: "6000.000000" },
  });
  expect(await yen.counted()).toEqual([2_000_000_000n, 6_000_000_000n]);

  const operator = on.as("operator").rules;
  await operator.set({ tenantSlug: "operator", ...spend, warn: "5.00", critical: "20.00" });
  expect(await yen.read()).toMatchObject({ effective: { warn: "1000.000000", critical: "4000.000000" } });
  expect(await yen.counted()).toEqual([1_000_000_000n, 4_000_000_000n]);
  const near = await customerIn("EUR");
  expect(await near.read()).toMatchObject({ effective: { warn: "5.000000", critical: "20.000000" } });

  // Its own word stays as it was typed, bound by what is enforced above in the same money.
  await yen.rules.set({ tenantSlug: yen.slug, ...spend, warn: "777", critical: "3000" });
  expect(await yen.read()).toMatchObject({ own: { warn: "777.000000" }, effective: { critical: "3000.000000" } });
  expect(await yen.counted()).toEqual([777_000_000n, 3_000_000_000n]);
  await expect(yen.rules.set({ tenantSlug: yen.slug, ...spend, critical: "4001" })).rejects.toMatchObject({
    message: "rule_bound",
  });
  // What the operator says about exactly this tenant is in this tenant's money.
  await operator.set({ tenantSlug: "operator", ofTenantSlug: yen.slug, ...spend, warn: "600", critical: "2500" });
  expect(await yen.counted()).toEqual([600_000_000n, 2_500_000_000n]);
});
