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
/** A customer of its own for each test, with one owner. */
async function fresh() {
  const tenant = await branches.build.tenant("customer", branches.reseller);
  return { tenant, tenantSlug: tenant.slug, owner: await branches.seat(tenant, "owner") };
}

test("who is to be called in an emergency stands with the incident as soon as a telephone of theirs is in it", async () => {
  const [{ tenant, tenantSlug, owner }, other] = [await fresh(), await fresh()];
  for (const [number, one] of [
    [" 00", other],
    ["+1 212 555 0123", other],
  ] as const) {
    const said = as(one.owner).members.setContactNumber({ tenantSlug: one.tenantSlug, contactNumber: number });
    if (number === " 00") await expect(said).rejects.toMatchObject({ code: "BAD_REQUEST" });
    else await said;
  }
  const written = await as(owner).members.setContactNumber({ tenantSlug, contactNumber: "+49 (30) 901820" });
  expect(written).toEqual({ contactNumber: "+4930901820" });
  expect(await as(owner).members.list({ tenantSlug })).toMatchObject({ contactNumber: "+4930901820" });

  const responder = await branches.seat(branches.operator, "incident_responder");
  const phone = await branches.build.phone(tenant, "501");
  await branches.build.sql("SELECT signal_take(now(), 'InvalidPassword', $1, '198.51.100.9', 60)", [phone.endpoint]);
  const { items } = await as(responder).incidents.list({ tenantSlug: "operator", text: "198.51.100" });
  const incident = { tenantSlug: "operator", incidentId: items[0]?.id ?? "" };
  const shown = async () => (await as(responder).incidents.get(incident)).contacts;
  expect(await shown()).toEqual([{ tenantName: expect.any(String), number: "+4930901820" }]);

  // What is part of another incident is worked on there.
  const desk = as(responder).incidents;
  const whole = await desk.open({ tenantSlug: "operator", title: "Guesses from everywhere", severity: "high" });
  await desk.merge({ ...incident, intoIncidentId: whole.id });
  expect((await desk.get({ tenantSlug: "operator", incidentId: whole.id })).contacts).toEqual(await shown());

  await as(owner).members.setContactNumber({ tenantSlug, contactNumber: "" });
  expect(await shown()).toEqual([]);
  const trail = await branches.build.sql<{ before: object; after: object }>(
    "SELECT before, after FROM audit_event WHERE action = 'tenant.set_contact_number' AND tenant_id = $1 ORDER BY seq",
    [tenant.tenantId],
  );
  expect(trail).toEqual([
    { before: { contactNumber: "" }, after: { contactNumber: "+4930901820" } },
    { before: { contactNumber: "+4930901820" }, after: { contactNumber: "" } },
  ]);
});

test.each([
  "030 901820",
  "+49",
  "+49 30 901820 ext. 5",
  "+999 12345678",
  "call me",
  "+1 212 555 01234567",
  "+49 30 1234567890123",
  "+431111",
])("%j is no number that the desk could call, and the refusal says what one looks like", async (contactNumber) => {
  const { tenantSlug, owner } = await fresh();
  const refused = as(owner).members.setContactNumber({ tenantSlug, contactNumber });
  const sentence = "A telephone number with its country code, such as +49 30 901820.";
  await expect(refused).rejects.toMatchObject({ code: "BAD_REQUEST", cause: { sentence } });
  expect(await as(owner).members.list({ tenantSlug })).toMatchObject({ contactNumber: "" });
});

test("only whoever may write members sets it", async () => {
  const { tenantSlug, tenant } = await fresh();
  const viewer = await branches.seat(tenant, "viewer");
  await expect(as(viewer).members.setContactNumber({ tenantSlug, contactNumber: "+4930901820" })).rejects.toMatchObject(
    { code: "FORBIDDEN" },
  );
});
