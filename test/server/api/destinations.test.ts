import { afterAll, beforeAll, expect, test } from "vitest";

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

const rowOf = async (country: string) =>
  (await on.as("customer").destinations.list(acme)).items.find((row) => row.country === country);

test("at first the home country is open and no other", async () => {
  const { items } = await on.as("customer").destinations.list(acme);
  expect(items.filter(({ open }) => open).map(({ country }) => country)).toEqual(["DE"]);
  expect(items.length).toBeGreaterThan(240);
  expect(items.find(({ country }) => country === "FR")).toEqual({
    country: "FR",
    name: "France",
    callingCode: "33",
    open: false,
    recentCalls: 0,
  });
  expect(items.find(({ country }) => country === "XS")).toMatchObject({ name: "Satellite phones", callingCode: "" });
});

test("opening and closing are recorded by their own names, and can be repeated", async () => {
  const set = (open: boolean) => on.as("customer").destinations.set({ ...acme, country: "fr", open });
  await set(true);
  await set(true);
  expect(await rowOf("FR")).toMatchObject({ open: true });
  await set(false);
  await set(false);
  expect(await rowOf("FR")).toMatchObject({ open: false });
  const trail = await on.sql<{ action: string; before: unknown }>(
    "SELECT action, before, after FROM audit_event WHERE subject = 'destination:FR' ORDER BY seq",
  );
  expect(trail).toEqual([
    { action: "destination.allow", before: { open: false }, after: { open: true } },
    { action: "destination.allow", before: { open: true }, after: { open: true } },
    { action: "destination.deny", before: { open: true }, after: { open: false } },
    { action: "destination.deny", before: { open: false }, after: { open: false } },
  ]);
});

test("says how often a country was called lately", async () => {
  await on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, country, state, outcome, started_at, currency)
     SELECT $1, 'old', 'd' || i, 'external', '1', 'IT', 'ended', 'busy', now() - i * interval '40 days', 'EUR' FROM generate_series(1, 4) i`,
    [on.customer.tenantId],
  );
  expect(await rowOf("IT")).toMatchObject({ recentCalls: 2 });
});

test.each(["ZZ", "EU", "D", "Germany", "d\n", ""])("%j is no country, and nothing is changed", async (country) => {
  const before = await everyRow(db);
  await expect(on.as("customer").destinations.set({ ...acme, country, open: true })).rejects.toMatchObject({
    message: "invalid_input",
  });
  expect(await everyRow(db)).toBe(before);
});
