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

test("a person of the desk looks what would happen, contains, watches, and lets go; the customer reads that calls are stopped", async () => {
  const phone = await on.realPhone("401");
  await on.live(phone.endpoint);
  const { id: incidentId } = await on.incident();
  const desk = on.as("operator").containment;
  const named = { tenantSlug: "operator", incidentId, ofSlug: "acme", extension: "401" };
  const preview = await desk.preview(named);
  expect(preview).toMatchObject({ subject: "acme, 401", extensions: 1, liveCalls: 1, heldBy: [], currency: "EUR" });
  expect(preview.phones).toEqual([{ address: "198.51.100.7:5060", userAgent: "Phone 1" }]);
  expect(preview.tell.map(({ name, owners }) => `${name} ${owners}`)).toEqual(["acme 1", "reseller 1"]);
  // What the reseller's customer pays is the reseller's to know: the desk reads what the reseller pays.
  expect(preview.destinations).toEqual([{ prefix: "49", calls: 1, costMicros: 30_000n }]);
  expect(preview.heldMicros).toBe(30_000n);
  expect(await desk.list(named)).toEqual([]);

  const { id } = await desk.start({ ...named, skip: ["notify"], prefixes: ["881"], text: "The customer knows." });
  expect(await desk.start({ ...named, skip: ["notify"] })).toMatchObject({ id, joined: true });
  expect((await desk.preview(named)).heldBy).toHaveLength(1);
  await on.run(id);
  const [row] = await desk.list(named);
  expect(row).toMatchObject({ subject: "acme, 401", tenantSlug: "acme", extension: "401", releasedAt: null });
  await desk.retry({ tenantSlug: "operator", containmentId: id });

  const mine = await on.as("customer").extensions.list({ tenantSlug: "acme" });
  expect(mine.items.find(({ number }) => number === "401")?.stoppedAt).toBeInstanceOf(Date);
  const home = await on.as("customer").home.get({ tenantSlug: "acme" });
  expect(home.attention.find((one) => one.code === "INC-01")?.detail).toContain("401");

  const released = await desk.release({ tenantSlug: "operator", containmentId: id });
  expect(released).toMatchObject({ lifted: 2, stillHeld: 0, stays: ["hang_up", "rotate", "contacts"] });
  await expect(desk.retry({ tenantSlug: "operator", containmentId: id })).rejects.toMatchObject({
    message: "invalid_state",
  });
  const after = await on.as("customer").extensions.list({ tenantSlug: "acme" });
  expect(after.items.find(({ number }) => number === "401")?.stoppedAt).toBeNull();
  const trail = await on.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE tenant_id = $1 AND subject = $2 AND action <> 'incident.contain_step' ORDER BY seq",
    [on.customer.tenantId, `incident:${incidentId}`],
  );
  expect(trail.map(({ action }) => action)).toEqual(["incident.contain", "incident.contain", "incident.release"]);
});

test("the mail is read before it is sent: in the language of its receiver, and word for word what goes out", async () => {
  const phone = await on.realPhone("402");
  await on.live(phone.endpoint);
  await on.sql("UPDATE person SET language = 'de' WHERE id = $1", [on.owners.customer]);
  await on.sql("UPDATE tenant SET time_zone = 'Pacific/Tongatapu' WHERE id = $1", [on.customer.tenantId]);
  const { id: incidentId, number } = await on.incident();
  const desk = on.as("operator").containment;
  const named = { tenantSlug: "operator", incidentId, ofSlug: "acme", extension: "402" };
  const letter = await desk.letter(named);
  expect(letter).toMatchObject({ language: "de", subject: "Anrufe sind gestoppt: acme, 402" });
  expect(letter?.kept).not.toBe(letter?.replaced);

  await on.run((await desk.start(named)).id);
  const { body } = await on.one<{ body: string }>("SELECT body FROM mail WHERE tenant_id = $1 AND body LIKE $2", [
    on.customer.tenantId,
    `%${number}%`,
  ]);
  // By the customer's own clock.
  const when = /\d{1,2}\. \p{L}+\.? \d{4}, \d\d:\d\d GMT\+13/u;
  expect(body).toMatch(when);
  const apart = (text: string | undefined) => text?.replace(when, "then").replace(/https?:\/\/[^/]+/, "portal");
  expect(apart(body)).toBe(apart(letter?.replaced));

  const { slug } = await on.tenant("customer", on.reseller, { slug: "ownerless" });
  expect(await desk.letter({ tenantSlug: "operator", incidentId, ofSlug: slug })).toBeNull();
  expect(await desk.letter({ tenantSlug: "operator", incidentId, ofSlug: "operator" })).toBeNull();
});

test("neither a reseller nor a customer contains, and what is not there is not found", async () => {
  const { id: incidentId } = await on.incident();
  for (const [who, tenantSlug] of [
    ["reseller", "reseller"],
    ["customer", "acme"],
  ] as const) {
    const start = on.as(who).containment.start({ tenantSlug, incidentId, ofSlug: "acme" });
    await expect(start).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  const desk = on.as("operator").containment;
  const start = (ofSlug: string, extension?: string) =>
    desk.start({ tenantSlug: "operator", incidentId, ofSlug, ...(extension && { extension }) });
  await expect(start("nobody")).rejects.toMatchObject({ message: "not_below" });
  await expect(start("acme", "999")).rejects.toMatchObject({ message: "not_found" });
  expect(await desk.list({ tenantSlug: "operator", incidentId })).toEqual([]);
});
