import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const reseller = { tenantSlug: "reseller" };
const acme = { tenantSlug: "acme" };
const minutes = {
  name: "Europe",
  unit: "seconds" as const,
  quantity: 6_000,
  period: "month" as const,
  prefixes: ["49", "+43"],
};

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const held = async () => (await on.as("customer").bundles.held(acme)).items;

describe("a bundle", () => {
  test("is made, given, seen with what is left of it, ended and given again", async () => {
    const zone = noonZone();
    await on.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [on.customer.tenantId, zone]);
    const { id: bundleId } = await on
      .as("reseller")
      .bundles.create({ ...reseller, ...minutes, prefixes: ["49", "+43", "49"] });
    const give = () => on.as("reseller").bundles.give({ ...reseller, bundleId, toTenantSlug: "acme" });
    expect(await give()).toEqual({ changed: true });
    expect(await give()).toEqual({ changed: false });
    const [today] = await on.sql<{ month: string }>(
      "SELECT date_trunc('month', now() AT TIME ZONE $1)::date::text AS month",
      [zone],
    );
    expect(await held()).toMatchObject([
      {
        name: "Europe",
        quantity: 6_000,
        used: 0,
        kept: 0,
        remaining: 6_000,
        prefixes: ["49", "43"],
        periodStart: today?.month,
      },
    ]);
    await on.sql("INSERT INTO bundle_use VALUES ($1, $2, $3::date, 1000, 300), ($1, $2, $3::date - 40, 5, 0)", [
      on.customer.tenantId,
      bundleId,
      today?.month,
    ]);
    expect(await held()).toMatchObject([{ used: 1_000, kept: 300, remaining: 4_700 }]);
    const seen = await on.as("reseller").bundles.held({ ...reseller, ofTenantSlug: "acme" });
    expect(seen.items).toMatchObject([{ remaining: 4_700 }]);
    expect((await on.as("reseller").bundles.list(reseller)).items).toMatchObject([{ name: "Europe", holders: 1 }]);

    const end = () => on.as("reseller").bundles.end({ ...reseller, bundleId, toTenantSlug: "acme" });
    expect(await end()).toEqual({ changed: true });
    expect(await end()).toEqual({ changed: false });
    expect(await held()).toEqual([]);
    expect(await give()).toEqual({ changed: true });
    expect(await held()).toHaveLength(1);
    const trail = await on.sql<{ action: string }>(
      "SELECT action FROM audit_event WHERE tenant_id = $1 AND action LIKE 'bundle.%' ORDER BY seq",
      [on.customer.tenantId],
    );
    expect(trail.map(({ action }) => action)).toEqual([
      "bundle.give",
      "bundle.give",
      "bundle.end",
      "bundle.end",
      "bundle.give",
    ]);
  });

  test("is refused with its reason, and nothing is changed", async () => {
    const { id: bundleId } = await on
      .as("operator")
      .bundles.create({ ...minutes, tenantSlug: "operator", name: "Top" });
    const before = await everyRow(db);
    const create = (change: object) =>
      on.as("reseller").bundles.create({ ...reseller, ...minutes, ...change } as never);
    await expect(create({})).rejects.toMatchObject({ message: "bundle_taken" });
    for (const change of [
      { quantity: 0 },
      { quantity: 1.5 },
      { quantity: 100_000_001 },
      { prefixes: [] },
      { prefixes: ["0"] },
      { prefixes: ["49x"] },
      { period: "year" },
      { unit: "minutes" },
      { secondsPerCall: 59 },
      { name: "" },
    ]) {
      await expect(create({ name: "Other", ...change })).rejects.toMatchObject({ message: "invalid_input" });
    }
    const give = (toTenantSlug: string) => on.as("reseller").bundles.give({ ...reseller, bundleId, toTenantSlug });
    await expect(give("acme")).rejects.toMatchObject({ message: "not_found" });
    await expect(give("operator")).rejects.toMatchObject({ message: "not_below" });
    await expect(
      on.as("operator").bundles.give({ tenantSlug: "operator", bundleId, toTenantSlug: "operator" }),
    ).rejects.toMatchObject({ message: "not_below" });
    expect(await everyRow(db)).toBe(before);
  });
});
