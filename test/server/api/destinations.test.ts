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
const none = { normal: false, special: false, fraud: false };

test("at first the normal numbers of the home country are open and nothing else", async () => {
  const { items } = await on.as("customer").destinations.list(acme);
  expect(items.filter(({ open }) => open).map(({ country, opened }) => ({ country, opened }))).toEqual([
    { country: "DE", opened: { normal: true, special: false, fraud: false } },
  ]);
  expect(items.length).toBeGreaterThan(240);
  expect(items.find(({ country }) => country === "FR")).toEqual({
    ...{ country: "FR", name: "France", continent: "europe", callingCode: "33", open: false, recentCalls: 0 },
    ...{ opened: none, closedBelow: none, closedAbove: none, fraudRanges: 0 },
  });
  expect(items.find(({ country }) => country === "XS")).toMatchObject({ name: "Satellite phones", callingCode: "" });
});

test("opening and closing are recorded by their own names, and can be repeated", async () => {
  const set = (open: boolean) =>
    on.as("customer").destinations.save({ ...acme, changes: [{ country: "fr", numbers: "special", open }] });
  await set(true);
  await set(true);
  expect(await rowOf("FR")).toMatchObject({ open: true, opened: { ...none, special: true } });
  await set(false);
  await set(false);
  expect(await rowOf("FR")).toMatchObject({ open: false, opened: none });
  const trail = await on.sql<{ action: string; before: unknown }>(
    "SELECT action, before, after FROM audit_event WHERE subject = 'destination:FR' ORDER BY seq",
  );
  const side = (words: string) => ({ FR: words, for: "own" });
  expect(trail).toEqual([
    { action: "destination.allow", before: side("closed"), after: side("special") },
    { action: "destination.allow", before: side("special"), after: side("special") },
    { action: "destination.deny", before: side("special"), after: side("closed") },
    { action: "destination.deny", before: side("closed"), after: side("closed") },
  ]);
});

test("what a tenant above closes cannot be opened below, and counts again when it is let go", async () => {
  const operator = (open: boolean) =>
    on.as("operator").destinations.save({
      ...{ tenantSlug: on.operator.slug, reach: "below" },
      changes: [{ country: "CU", numbers: "fraud", open }],
    });
  const customer = () =>
    on.as("customer").destinations.save({ ...acme, changes: [{ country: "CU", numbers: "fraud", open: true }] });
  await customer();
  await operator(false);
  expect(await rowOf("CU")).toMatchObject({ opened: { fraud: true }, closedAbove: { ...none, fraud: true } });
  const before = await everyRow(db);
  await expect(customer()).rejects.toMatchObject({ message: "limit_bound" });
  expect(await everyRow(db)).toBe(before);
  await operator(true);
  expect(await rowOf("CU")).toMatchObject({ opened: { fraud: true }, closedAbove: none });
  await expect(
    on.as("customer").destinations.save({
      ...acme,
      reach: "below",
      changes: [{ country: "CU", numbers: "fraud", open: false }],
    }),
  ).rejects.toMatchObject({ message: "invalid_state" });
});

test("says how often a country was called lately, by whom, and what a change would have met", async () => {
  await on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, country, number_class, extension_number, extension_name, state, outcome, reason, started_at, currency)
     SELECT $1, 'old', 'd' || i, 'external', '1', 'IT', CASE WHEN i = 2 THEN 'special' END, '101', 'Desk', 'ended',
       CASE WHEN i = 3 THEN 'blocked' ELSE 'busy' END, CASE WHEN i = 3 THEN 'DST-01' END, now() - i * interval '25 days', 'EUR' FROM generate_series(1, 4) i`,
    [on.customer.tenantId],
  );
  expect(await rowOf("IT")).toMatchObject({ recentCalls: 3 });
  const customer = on.as("customer").destinations;
  const closed = { normal: "", special: "", fraud: "" };
  const effect = (closes: object, opens: object = {}) =>
    customer.preview({ ...acme, closes: { ...closed, ...closes }, opens: { ...closed, ...opens } });
  expect(await effect({ normal: "FR IT", special: "IT" })).toEqual({ refused: 2, phones: 0, passed: 0 });
  expect(await effect({ special: "IT" }, { normal: "IT" })).toEqual({ refused: 1, phones: 0, passed: 1 });
  const { callers } = await customer.describe({ ...acme, country: "IT" });
  expect(callers).toMatchObject([{ who: "101 Desk", calls: 3, special: 1, fraud: 0, refused: 1 }]);
  const above = on.as("operator").destinations;
  const seen = await above.describe({ tenantSlug: on.operator.slug, country: "IT", reach: "below" });
  expect(seen.callers).toMatchObject([{ calls: 3 }]);
  expect((await above.describe({ tenantSlug: on.operator.slug, country: "IT" })).callers).toEqual([]);
});

test.each(["ZZ", "EU", "D", "Germany", "d\n", ""])("%j is no country, and nothing is changed", async (country) => {
  const before = await everyRow(db);
  const changes = [
    { country: "FR", numbers: "normal", open: true },
    { country, numbers: "normal", open: true },
  ] as const;
  await expect(on.as("customer").destinations.save({ ...acme, changes: [...changes] })).rejects.toMatchObject({
    message: "invalid_input",
  });
  expect(await everyRow(db)).toBe(before);
});

test("the operator's list of ranges is replaced as a whole, or not at all; nobody else touches it", async () => {
  const importing = (kind: "operator" | "customer", tenantSlug: string, text: string) =>
    on.as(kind).destinations.importRanges({ tenantSlug, ranges: text });
  const { slug } = on.operator;
  const held = (await on.as("customer").destinations.ranges(acme)).items;
  expect(held.length).toBeGreaterThan(50);
  const before = await everyRow(db);
  const bad = importing("operator", slug, "prefix,country,reason\n3519,PT,Rented out\n44,PT,Not there\n");
  await expect(bad).rejects.toMatchObject({ message: "invalid_input", cause: { detail: { line: 3 } } });
  expect(await everyRow(db)).toBe(before);
  await expect(importing("customer", "acme", "3519,PT,Mine")).rejects.toMatchObject({ message: "forbidden" });
  expect((await on.as("customer").destinations.ranges(acme)).items).toEqual(held);
  const text = "prefix,country,reason\n3519,PT,Rented out\n53,CU,Dear\n";
  expect(await importing("operator", slug, text)).toEqual({ ranges: 2, added: 1, removed: held.length - 1 });
  expect(await importing("operator", slug, text)).toEqual({ ranges: 2, added: 0, removed: 0 });
  expect((await on.as("customer").destinations.ranges(acme)).items).toEqual([
    { prefix: "3519", country: "PT", reason: "Rented out" },
    { prefix: "53", country: "CU", reason: "Dear" },
  ]);
});
