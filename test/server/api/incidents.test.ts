import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const as = (userId: string) => callerFor(db.app, userId);

test("a responder takes an attack from the list to its review, and every step is in the trail", async () => {
  const responder = await branches.seat(branches.operator, "incident_responder");
  const phone = await branches.build.phone(branches.customer, "501");
  await branches.build.sql("SELECT signal_take(now(), 'InvalidPassword', $1, '198.51.100.9', 60)", [phone.endpoint]);
  const tenantSlug = "operator";
  const { items, waiting } = await as(responder).incidents.list({ tenantSlug, text: "198.51.100" });
  expect(items).toMatchObject([{ source: "198.51.100.0/24", severity: "high", state: "triage", ownerName: null }]);
  expect(waiting).toBeGreaterThanOrEqual(1);
  const incidentId = items[0]?.id ?? "";
  const before = await as(responder).incidents.get({ tenantSlug, incidentId });
  expect(before.ways).toEqual([
    { state: "open", reason: false },
    { state: "dismissed", reason: true },
  ]);
  expect(before.subjects).toContainEqual(expect.objectContaining({ kind: "extension", tenantSlug: "inside" }));

  await as(responder).incidents.acknowledge({ tenantSlug, incidentId });
  await as(responder).incidents.comment({ tenantSlug, incidentId, text: "The customer knows." });
  await as(responder).incidents.move({ tenantSlug, incidentId, state: "contained" });
  await as(responder).incidents.move({ tenantSlug, incidentId, state: "resolved", text: "New password." });
  const after = await as(responder).incidents.get({ tenantSlug, incidentId });
  expect(after).toMatchObject({ state: "resolved", outcome: "New password.", ownerId: responder });
  expect(after.clocks.contain?.metAt).toBeInstanceOf(Date);
  const trail = await branches.build.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE subject = $1 ORDER BY seq",
    [`incident:${incidentId}`],
  );
  expect(trail.map(({ action }) => action)).toEqual([
    "incident.open",
    "incident.acknowledge",
    "incident.comment",
    "incident.move",
    "incident.move",
  ]);
  expect((await as(responder).incidents.list({ tenantSlug, text: "198.51.100" })).items).toEqual([]);
  expect((await as(responder).incidents.list({ tenantSlug, show: "closed", text: "198.51.100" })).items).toHaveLength(
    1,
  );
});

test("a reseller's and a customer's people are told where incidents are, a viewer of the operator that it is not theirs", async () => {
  for (const tenant of [branches.reseller, branches.customer]) {
    const admin = await branches.seat(tenant, "admin");
    await expect(as(admin).incidents.list({ tenantSlug: tenant.slug })).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  const viewer = await branches.seat(branches.operator, "viewer");
  await expect(as(viewer).incidents.list({ tenantSlug: "operator" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const auditor = await branches.seat(branches.operator, "auditor");
  const open = { tenantSlug: "operator", title: "Strange calls" };
  await expect(as(auditor).incidents.open(open)).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await as(auditor).incidents.list({ tenantSlug: "operator" })).toHaveProperty("items");
});

test("people of the desk can own an incident, and are offered by name", async () => {
  const owner = await branches.seat(branches.operator, "owner", await branches.person("desk@operator.example"));
  const { id } = await as(owner).incidents.open({
    tenantSlug: "operator",
    title: "A customer called",
    severity: "high",
  });
  const owners = await as(owner).incidents.owners({ tenantSlug: "operator" });
  expect(owners).toContainEqual({ id: owner, name: "Somebody" });
  await as(owner).incidents.assign({ tenantSlug: "operator", incidentId: id, ownerId: null });
  expect(await as(owner).incidents.get({ tenantSlug: "operator", incidentId: id })).toMatchObject({ ownerName: null });
});
