import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const tenantSlug = "acme";
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

/** A job of this person that ended, so many minutes ago. */
const job = (tenantId: string, by: string, title: string, state: "done" | "failed" | "cancelled", minutes = 0) =>
  on.sql(
    `INSERT INTO task (tenant_id, kind, title, state, created_by, ended_at)
     VALUES ($1, 'export.make', $2, $3, $4, clock_timestamp() - $5 * interval '1 minute')`,
    [tenantId, title, state, `user:${by}`, minutes],
  );
const phoneEvent = (extensionId: string, kind: string) =>
  on.sql(
    `INSERT INTO registration_event (tenant_id, extension_id, kind, address, user_agent, transport)
     VALUES ($1, $2, $3, '203.0.113.7', 'Sample', 'udp')`,
    [on.customer.tenantId, extensionId, kind],
  );
const kindsOf = async (as: Parameters<Stage["as"]>[0]) =>
  (await on.as(as).bell.get({ tenantSlug })).items.map(({ kind, what }) => `${kind} ${what}`.trim());

test("rings for one's own jobs, for phones that dropped and are still gone, and for nothing else", async () => {
  expect(await on.as("customer").bell.get({ tenantSlug })).toMatchObject({ items: [] });
  const other = await on.person(on.customer, "admin");
  await job(on.customer.tenantId, on.owners.customer, "Calls of May", "done", 3);
  await job(on.customer.tenantId, on.owners.customer, "Stopped", "cancelled");
  await job(on.customer.tenantId, other, "Somebody else's", "failed", 2);
  await job(on.reseller.tenantId, on.owners.customer, "Elsewhere", "done");
  const [gone, back, off] = [
    await on.phone(on.customer, "101"),
    await on.phone(on.customer, "102"),
    await on.phone(on.customer, "103"),
  ];
  for (const { extensionId } of [gone, back, off]) await phoneEvent(extensionId, "registered");
  await phoneEvent(gone.extensionId, "expired");
  await phoneEvent(back.extensionId, "expired");
  await phoneEvent(back.extensionId, "registered");
  await phoneEvent(off.extensionId, "unregistered");
  expect(await kindsOf("customer")).toEqual([expect.stringMatching(/^phone_dropped 101/), "job_done Calls of May"]);
  expect(await kindsOf({ userId: other })).toEqual([
    expect.stringMatching(/^phone_dropped 101/),
    "job_failed Somebody else's",
  ]);
});

test("is read by each person for themselves, and by nobody whose seat is elsewhere", async () => {
  const other = await on.person(on.customer, "viewer");
  const unread = async (as: Parameters<Stage["as"]>[0]) => {
    const { items, readAt } = await on.as(as).bell.get({ tenantSlug });
    return readAt && items.filter(({ at }) => at > readAt).length;
  };
  await job(on.customer.tenantId, on.owners.customer, "Late", "failed");
  const before = await unread("customer");
  expect(before).toBeGreaterThan(0);
  expect(await on.as({ userId: other }).bell.read({ tenantSlug })).toEqual({ ok: true });
  expect(await unread("customer")).toBe(before);
  await on.as("customer").bell.read({ tenantSlug });
  expect(await unread("customer")).toBe(0);
  // Read again with nothing new, nothing is written.
  const events = async () => (await on.sql("SELECT FROM audit_event WHERE action = 'bell.read'")).length;
  const written = await events();
  await on.as("customer").bell.read({ tenantSlug });
  expect(await events()).toBe(written);
  expect((await on.as("reseller").bell.get({ tenantSlug })).readAt).toBeNull();
  await expect(on.as("reseller").bell.read({ tenantSlug })).rejects.toMatchObject({ message: "not_found" });
});

test("tells of a low balance and a paused top-up to who reads money", async () => {
  await on.sql(
    `INSERT INTO balance_alert (tenant_id, wallet_id, level, below_micros, fired_at, fired_available_micros, fired_level_micros, actor)
     SELECT tenant_id, id, 1, 5000000, now(), 1, 5000000, 'test' FROM wallet WHERE tenant_id = $1`,
    [on.customer.tenantId],
  );
  expect(await kindsOf("customer")).toContain("low_balance");
});

test("rings at the desk for grave incidents that nobody took, and then for who took them", async () => {
  const desk = on.as("operator");
  const { id: incidentId } = await desk.incidents.open({
    tenantSlug: "operator",
    title: "Calls to Cuba",
    severity: "critical",
  });
  // As if the system had opened it: nobody's yet.
  await on.sql("UPDATE incident SET state = 'triage', owner_id = NULL, acknowledged_at = NULL WHERE id = $1", [
    incidentId,
  ]);
  const colleague = await on.person(on.operator, "incident_responder");
  const rings = async (as: Parameters<Stage["as"]>[0]) =>
    (await on.as(as).bell.get({ tenantSlug: "operator" })).items.filter(({ kind }) => kind === "incident").length;
  expect([await rings("operator"), await rings({ userId: colleague })]).toEqual([1, 1]);
  await desk.incidents.acknowledge({ tenantSlug: "operator", incidentId });
  expect([await rings("operator"), await rings({ userId: colleague })]).toEqual([1, 0]);
});
