import { afterAll, beforeAll, expect, test } from "vitest";

import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const tenantSlug = "operator";

/** An incident that touches one phone, which is in a call. */
async function incidentOf(number: string) {
  const phone = await on.realPhone(number);
  await on.live(phone.endpoint);
  const { id } = await on.incident();
  await touch(id, phone);
  return { id, phone };
}
const touch = (incidentId: string, phone: Readonly<{ endpoint: string; extensionId: string }>) =>
  on.sql("INSERT INTO incident_subject VALUES ($1, $2, 'extension', $3, $4, $5, 1, now(), now())", [
    ...[on.desk, incidentId, phone.endpoint, on.customerId, phone.extensionId],
  ]);

test("several are contained as if each were alone: summed before, and one that cannot be keeps nothing from the others", async () => {
  const one = await incidentOf("601");
  const two = await incidentOf("602");
  // The same phone is in a third: its call is counted once, and both incidents hold it.
  const { id: again } = await on.incident();
  await touch(again, one.phone);
  const { id: scan } = await on.incident("A scan");
  for (const { phone } of [one, two]) await touch(scan, phone);
  const { id: over } = await on.incident("Over");
  const desk = on.as("operator");
  await desk.incidents.move({ tenantSlug, incidentId: over, state: "resolved", text: "It was none." });
  const incidentIds = [one.id, two.id, again, scan, over];

  const sum = await desk.incidentsMany.containPreview({ tenantSlug, incidentIds });
  expect(sum).toMatchObject({ extensions: 2, liveCalls: 2, held: [{ currency: "EUR", micros: 60_000n }] });
  expect(sum.phones).toHaveLength(2);
  expect(sum.with.map(({ subject }) => subject)).toEqual(["acme, 601", "acme, 602", "acme, 601"]);
  expect(sum.without).toEqual([
    { incidentId: scan, why: "no_one_phone" },
    { incidentId: over, why: "over" },
  ]);

  const asked = { tenantSlug, incidentIds, skip: ["notify" as const], text: "One night, one thief." };
  const results = await desk.incidentsMany.contain(asked);
  expect(Object.fromEntries(results.map((of) => [of.incidentId, of.done || of.code]))).toEqual({
    ...{ [one.id]: true, [two.id]: true, [again]: true, [scan]: "invalid_input", [over]: "invalid_state" },
  });
  for (const [incidentId, subject] of [
    [one.id, "acme, 601"],
    [two.id, "acme, 602"],
    [again, "acme, 601"],
  ] as const) {
    const [row, ...more] = await on.list(incidentId);
    expect([row?.subject, more]).toEqual([subject, []]);
    const trail = await on.sql("SELECT FROM audit_event WHERE action = 'incident.contain' AND subject = $1", [
      `incident:${incidentId}`,
    ]);
    // In the trail of the desk, and of whose phone it is.
    expect(trail).toHaveLength(2);
  }
  expect(await on.list(scan)).toEqual([]);
});

test("each keeps evidence of its own, and what was contained is joined", async () => {
  const one = await incidentOf("611");
  const two = await incidentOf("612");
  const asked = { tenantSlug, incidentIds: [one.id, two.id], skip: ["notify" as const] };
  const desk = on.as("operator");
  await desk.incidentsMany.contain(asked);
  for (const { id: incidentId } of [one, two]) {
    const [row] = await on.list(incidentId);
    await on.run(row?.id ?? "");
    expect(await desk.evidence.list({ tenantSlug, incidentId })).toHaveLength(1);
  }
  expect(new Set(on.pbx.hungUp).size).toBe(2);
  expect((await desk.incidentsMany.contain(asked)).filter(({ done }) => done)).toHaveLength(2);
  expect(await on.list(one.id)).toHaveLength(1);
});

test("neither a reseller nor a customer looks or does it", async () => {
  const { id } = await on.incident();
  for (const [who, slug] of [
    ["reseller", "reseller"],
    ["customer", "acme"],
  ] as const) {
    const { incidentsMany } = on.as(who);
    const asked = { tenantSlug: slug, incidentIds: [id] };
    await expect(incidentsMany.containPreview(asked)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(incidentsMany.contain(asked)).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
});
