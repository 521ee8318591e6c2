import { afterAll, beforeAll, expect, test } from "vitest";

import { timeZoneSchema } from "@/server/domain/tenancy/tenant.schema";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

test("nobody gets a time zone in which the database could not settle a call", async () => {
  const form = {
    name: "Far",
    kind: "customer",
    planId: null,
    initialCredit: "0",
    currency: "EUR",
    country: "DE",
  } as const;
  const onboard = (slug: string, timeZone: string) =>
    on.as("reseller").tenants.onboard({
      ...form,
      tenantSlug: "reseller",
      slug,
      timeZone,
      adminEmail: `${slug}@test.example`,
    });
  // Known to Node, and not to Postgres.
  expect(timeZoneSchema.safeParse("NET").success).toBe(true);
  await expect(onboard("nowhere", "NET")).rejects.toMatchObject({ message: "invalid_input" });
  expect(await on.sql("SELECT FROM tenant WHERE slug = 'nowhere'")).toEqual([]);
  await onboard("somewhere", "Pacific/Auckland");
});
