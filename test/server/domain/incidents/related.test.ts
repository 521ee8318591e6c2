import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { mergeIncident } from "@/server/domain/incidents/incidents";
import { relatedIncidents } from "@/server/domain/incidents/related";
import { readTenant } from "@/server/infra/db/read-tenant";
import { inLanguage } from "@/server/infra/words/speaking";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let desk: TenantId;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  desk = branches.operator.tenantId as TenantId;
});
afterAll(() => db.drop());

async function incident(
  title: string,
  ...touches: readonly (readonly [kind: string, value: string, signals: number])[]
) {
  const { id } = await branches.build.one<{ id: string }>(
    "INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', $2, 'low', now(), clock_timestamp()) RETURNING id",
    [desk, title],
  );
  for (const [kind, value, signals] of touches) {
    await branches.build.sql(
      "INSERT INTO incident_subject (tenant_id, incident_id, kind, value, signals, first_at, last_at) VALUES ($1, $2, $3, $4, $5, now(), now())",
      [desk, id, kind, value, signals],
    );
  }
  return id;
}
const related = (id: string) =>
  readTenant(db.app, { tenantId: desk }, (tx) => relatedIncidents(tx, desk, id)).then((found) =>
    found.map(({ title, shared, sharedCount }) => ({ title, shared, sharedCount })),
  );

test("others of the same address, phone or number are told by the one that stands for itself, never those of the same whole", async () => {
  const mine = await incident(
    "Mine",
    ["address", "198.51.100.9", 5],
    ["extension", "acme-101", 3],
    ["country", "CU", 9],
  );
  await incident("Another address", ["address", "198.51.100.90", 5], ["country", "CU", 9]);
  await incident("The same phone", ["extension", "acme-101", 1]);
  const both = await incident("Both", ["address", "198.51.100.9", 1], ["extension", "acme-101", 7]);
  expect(await related(mine)).toEqual([
    { title: "Both", shared: ["acme-101", "198.51.100.9"], sharedCount: 2 },
    { title: "The same phone", shared: ["acme-101"], sharedCount: 1 },
  ]);
  const whole = await incident("The whole");
  const merge = (incidentId: string, intoIncidentId: string) =>
    change(
      db.app,
      { tenantId: desk, actor: { kind: "job", id: "test", requestId: "r" }, action: "incident.merge" },
      async (tx) => ({
        subject: "incident:test",
        result: await mergeIncident(tx, desk, { incidentId, intoIncidentId }, { name: "test", userId: null }),
      }),
    );
  await merge(both, whole);
  expect((await related(mine)).map(({ title }) => title)).toEqual(["The whole", "The same phone"]);
  // What a part touches, the whole touches.
  expect((await related(whole)).map(({ title }) => title)).toEqual(["The same phone", "Mine"]);
  await merge(mine, whole);
  expect((await related(mine)).map(({ title }) => title)).toEqual(["The same phone"]);
});

test("what the system called them is said in the language of whoever reads", async () => {
  const mine = await incident("Asked for", ["address", "192.0.2.44", 1]);
  await incident("Failed sign-ins from 192.0.2.0/24", ["address", "192.0.2.44", 1]);
  expect(await inLanguage("de", () => related(mine))).toMatchObject([
    { title: "Fehlgeschlagene Anmeldungen von 192.0.2.0/24" },
  ]);
});

test("the desk of another tenant finds nothing of it", async () => {
  const id = await incident("Of the desk", ["address", "203.0.113.9", 1]);
  const other = branches.reseller.tenantId as TenantId;
  const found = readTenant(db.app, { tenantId: other }, (tx) => relatedIncidents(tx, other, id));
  await expect(found).rejects.toMatchObject({ code: "not_found" });
});
