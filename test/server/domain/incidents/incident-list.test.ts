import { afterAll, beforeAll, expect, test } from "vitest";

import { dueOf } from "@/server/domain/incidents/incident.rules";
import type { IncidentFilter, IncidentState, IncidentView, Severity } from "@/server/domain/incidents/incident.schema";
import { listIncidents } from "@/server/domain/incidents/incident-list";
import { readTenant } from "@/server/infra/db/read-tenant";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const list = (filter: Partial<IncidentFilter> = {}) =>
  readTenant(db.app, { tenantId: on.desk, subtree: true }, (tx) =>
    listIncidents(tx, on.desk, { show: "active", ...filter }, on.me.userId),
  );
const titles = async (filter: Partial<IncidentFilter> = {}) => (await list(filter)).items.map(({ title }) => title);

type Seeded = Readonly<{ state: IncidentState; severity: Severity; ago?: number; mine?: boolean; taken?: boolean }>;
/** An incident that was opened so many minutes ago. */
const seed = (title: string, { state, severity, ago = 0, mine = false, taken = state !== "triage" }: Seeded) =>
  on.one<{ id: string }>(
    `INSERT INTO incident (tenant_id, kind, title, severity, state, owner_id, first_at, last_at, opened_at, acknowledged_at, contained_at)
     SELECT $1, 'manual', $2, $3, $4, $5, now(), now(), x, CASE WHEN $7 THEN x END, CASE WHEN $4 IN ('contained', 'monitoring') THEN x END
     FROM (SELECT now() - $6 * interval '1 minute' AS x) t RETURNING id`,
    [on.desk, title, severity, state, mine ? on.me.userId : null, ago, taken],
  );

test("what waits stands first, in it the worst, in it what is due next; pages go on where the last one ended", async () => {
  await seed("monitored", { state: "monitoring", severity: "critical" });
  await seed("waits, low", { state: "triage", severity: "low" });
  await seed("waits, high", { state: "triage", severity: "high" });
  await seed("waits, high, longer", { state: "triage", severity: "high", ago: 10 });
  await seed("open, critical", { state: "open", severity: "critical", mine: true, ago: 20 });
  await seed("contained", { state: "contained", severity: "high", mine: true });
  await seed("open, low", { state: "open", severity: "low" });
  const inOrder = [
    ...["waits, high, longer", "waits, high", "waits, low"],
    ...["open, critical", "open, low", "contained", "monitored"],
  ];
  expect(await titles()).toEqual(inOrder);
  const paged: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit: 2, ...(cursor ? { cursor } : {}) });
    paged.push(...page.items.map(({ title }) => title));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(inOrder);
});

test.each(["last", "-last", "number", "-number"] as const)("by %s, whatever waits", async (sort) => {
  const [column, way] = [sort.endsWith("number") ? "number" : "last_at", sort.startsWith("-") ? "ASC" : "DESC"];
  const expected = await on.sql<{ title: string }>(
    `SELECT title FROM incident WHERE closed_at IS NULL AND merged_into IS NULL ORDER BY ${column} ${way}, id ${way}`,
  );
  const paged: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit: 2, sort, ...(cursor ? { cursor } : {}) });
    paged.push(...page.items.map(({ title }) => title));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(expected.map(({ title }) => title));
  expect(paged.length).toBeGreaterThan(6);
});

test.each<[IncidentView, readonly string[]]>([
  ["mine", ["open, critical", "contained"]],
  ["unassigned", ["waits, high, longer", "waits, high", "waits, low", "open, low", "monitored"]],
  // Critical wants to be contained within a quarter of an hour; the others have time.
  ["late", ["open, critical"]],
  ["contained", ["contained", "monitored"]],
])("the view %s", async (view, expected) => {
  expect(await titles({ view })).toEqual(expected);
});

test("a row names the tenants that it is about or contains, and the clock that runs", async () => {
  const { id } = await on.incident("Whose is it");
  await on.contain({ incidentId: id, target: on.target() });
  const { items } = await list({ text: "Whose is it" });
  const { name } = await on.one<{ name: string }>("SELECT name FROM tenant WHERE slug = 'acme'");
  expect(items).toMatchObject([{ tenants: [{ name, slug: "acme" }], tenantCount: 1, due: { what: "contain" } }]);
  const [row] = items;
  if (!row) throw new Error("no row");
  expect(row.due).toEqual(dueOf(row, new Date()));
  expect(dueOf({ ...row, acknowledgedAt: null }, new Date())?.what).toBe("acknowledge");
  expect(dueOf({ ...row, containedAt: new Date() }, new Date())).toBeNull();
});
