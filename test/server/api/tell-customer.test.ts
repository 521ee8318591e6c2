import { afterAll, beforeAll, expect, test } from "vitest";

import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
let beta: { tenantId: string; slug: string };
const tenantSlug = "operator";
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
  beta = await on.tenant("customer", on.reseller, { slug: "beta" });
});
afterAll(() => db.drop());

const failed = async (endpoint: string, network = "203.0.113.9") =>
  (
    await on.one<{ id: string }>("SELECT incident_id AS id FROM signal_take(now(), 'InvalidPassword', $1, $2, 30)", [
      endpoint,
      network,
    ])
  ).id;
const noticesOf = (who: "customer" | "reseller", number: string) =>
  on
    .as(who)
    .notices.list({ tenantSlug: who === "customer" ? "acme" : "reseller" })
    .then((list) => list.filter((notice) => notice.number === number));
const mailsTo = (tenantId: string) =>
  on.sql<{ recipient: string; subject: string; body: string }>(
    "SELECT recipient, subject, body FROM mail WHERE tenant_id = $1 ORDER BY created_at",
    [tenantId],
  );

test("a customer follows its incident from the first sign to the end, and reads nothing that is not its own", async () => {
  const [mine, theirs] = [await on.realPhone("401"), await on.phone(beta, "909")];
  const incidentId = await failed(mine.endpoint);
  expect(await failed(theirs.endpoint)).toBe(incidentId);
  const desk = on.as("operator");
  const { number } = await desk.incidents.get({ tenantSlug, incidentId });
  await desk.incidents.comment({ tenantSlug, incidentId, text: "Beta is a nuisance." });

  await on.live(mine.endpoint);
  const asked = { tenantSlug, incidentId, ofSlug: "acme", extension: "401", text: "The desk's own words." };
  const { id: containmentId } = await desk.containment.start({ ...asked, skip: ["notify"] });
  await on.run(containmentId);
  await desk.containment.start({ tenantSlug, incidentId, ofSlug: "beta", skip: ["notify"] });

  expect(await desk.incidents.concerned({ tenantSlug, incidentId })).toEqual([
    { slug: "acme", name: "acme", owners: 1 },
    { slug: "beta", name: "beta", owners: 0 },
  ]);
  const text = "Your phone 401 was guessed.\nPlease set it up again.";
  const told = await desk.incidents.tell({ tenantSlug, incidentId, ofSlug: "acme", text });
  expect(told).toEqual({ name: "acme", mails: 1 });
  await desk.incidents.tell({ tenantSlug, incidentId, ofSlug: "beta", text: "To beta alone." });
  await desk.containment.release({ tenantSlug, containmentId });

  const [notice] = await noticesOf("customer", number);
  expect(notice?.company).toBe("operator");
  expect(notice?.history).toEqual([
    { what: "opened", at: expect.any(Date) },
    { what: "stopped", at: expect.any(Date), phone: "401", calls: 1, secrets: 1 },
    { what: "told", at: expect.any(Date), text },
    { what: "let_go", at: expect.any(Date), phone: "401", calls: 1, secrets: 1 },
  ]);
  expect(JSON.stringify(notice)).not.toMatch(/beta|909|203\.0\.113|nuisance|own words|Failed sign-ins|threshold/i);
  // Field by field: what is added to an incident later does not come here by itself.
  expect(Object.keys(notice ?? {}).toSorted()).toEqual(
    ["attack", "company", "extensions", "firstAt", "history", "kind", "lastAt", "number", "overAt", "severity"].concat([
      "state",
      "stopped",
      "stoppedAt",
      "tenantName",
      "tenantSlug",
      "whole",
    ]),
  );
  const above = (await noticesOf("reseller", number)).toSorted((a, b) => a.tenantSlug.localeCompare(b.tenantSlug));
  expect(above.map(({ tenantSlug: of, history }) => [of, history.filter(({ what }) => what === "told")])).toEqual([
    ["acme", [{ what: "told", at: expect.any(Date), text }]],
    ["beta", [{ what: "told", at: expect.any(Date), text: "To beta alone." }]],
  ]);

  const [mail] = await mailsTo(on.customer.tenantId);
  expect(mail).toMatchObject({ subject: `operator writes about incident ${number}` });
  expect(mail?.body).toContain(text);
  expect(mail?.body).toMatch(/\/t\/acme\/notices\n$/);
  const trail = await on.sql<{ after: { mails: number } }>(
    "SELECT after FROM audit_event WHERE tenant_id = $1 AND action = 'incident.tell_tenant'",
    [on.customer.tenantId],
  );
  expect(trail).toEqual([{ after: { incident: number, tenant: "acme", mails: 1 } }]);
  const { timeline } = await desk.incidents.get({ tenantSlug, incidentId });
  expect(timeline.lines.filter(({ kind }) => kind === "told").map(({ body }) => body)).toEqual([
    text,
    "To beta alone.",
  ]);
});

test("words and a stop stay where it was a false alarm; a brand writes under its own name; others are not written to", async () => {
  const phone = await on.realPhone("402");
  const incidentId = await failed(phone.endpoint, "198.51.100.9");
  const desk = on.as("operator").incidents;
  const { number } = await desk.get({ tenantSlug, incidentId });
  await on.sql("INSERT INTO brand (tenant_id, name) VALUES ($1, 'Hansa Voice')", [on.reseller.tenantId]);
  await desk.tell({ tenantSlug, incidentId, ofSlug: "acme", text: "It was your own old phone." });
  await desk.move({ tenantSlug, incidentId, state: "dismissed", reason: "test", text: "Old phone." });
  const [notice] = await noticesOf("customer", number);
  expect(notice).toMatchObject({ state: "over", company: "Hansa Voice" });
  expect(notice?.history.map(({ what }) => what)).toEqual(["opened", "told", "over"]);
  expect(JSON.stringify(notice)).not.toContain("operator");
  expect((await mailsTo(on.customer.tenantId)).at(-1)?.subject).toBe(`Hansa Voice writes about incident ${number}`);

  const tell = (ofSlug: string, as: Parameters<typeof on.as>[0] = "operator", at = tenantSlug) =>
    on.as(as).incidents.tell({ tenantSlug: at, incidentId, ofSlug, text: "Hello." });
  for (const ofSlug of ["beta", "operator", "nobody"]) {
    await expect(tell(ofSlug)).rejects.toMatchObject({ message: "not_found" });
  }
  await expect(tell("acme", "reseller", "reseller")).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("what was told stays also where its incident became part of one that was a false alarm", async () => {
  const [one, two] = [await on.realPhone("403"), await on.realPhone("404")];
  const [part, whole] = [await failed(one.endpoint, "192.0.2.77"), await failed(two.endpoint, "198.18.5.77")];
  const desk = on.as("operator").incidents;
  const { number } = await desk.get({ tenantSlug, incidentId: whole });
  await desk.tell({ tenantSlug, incidentId: part, ofSlug: "acme", text: "We look into 403." });
  await desk.merge({ tenantSlug, incidentId: part, intoIncidentId: whole });
  await desk.move({ tenantSlug, incidentId: whole, state: "dismissed", reason: "test", text: "Ours." });
  const [notice] = await noticesOf("customer", number);
  expect(notice?.history.map(({ what }) => what)).toEqual(["opened", "told", "over"]);
});
