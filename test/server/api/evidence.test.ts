import { afterAll, beforeAll, expect, test } from "vitest";

import { takeSnapshot } from "@/server/domain/evidence/take";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const tenantSlug = "operator";
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

type About = { class?: string; at?: string; numbers?: string[]; person?: string };
const held = async (tenantId: string, about: About = {}): Promise<boolean> => {
  const [row] = await db.pool.query<{ held: boolean }>(
    "held_in_test",
    "SELECT held_from_retention($1, $2, $3, $4, $5) AS held",
    [tenantId, about.class ?? "call", about.at ?? "2020-01-01", about.numbers ?? [], about.person ?? null],
  );
  return row?.held ?? false;
};
const desk = () => on.as("operator").evidence;

test("a tenant's rows of every time are held with those below it, and nobody else's, until it is lifted", async () => {
  const place = () => desk().placeHold({ tenantSlug, kind: "tenant", subject: "reseller", reason: "Court order 7" });
  const [first, again] = [await place(), await place()];
  expect([first.before, again.before, again.id === first.id]).toEqual([false, true, true]);
  expect([
    await held(on.reseller.tenantId),
    await held(on.customer.tenantId),
    await held(on.operator.tenantId),
  ]).toEqual([true, true, false]);
  expect(await desk().holds({ tenantSlug })).toMatchObject([
    { kind: "tenant", label: "reseller", reason: "Court order 7", placedBy: "Somebody", liftedAt: null },
  ]);
  await desk().liftHold({ tenantSlug, holdId: first.id, reason: "Case closed" });
  await desk().liftHold({ tenantSlug, holdId: first.id, reason: "Again" });
  expect(await held(on.customer.tenantId)).toBe(false);
  expect(await desk().holds({ tenantSlug })).toMatchObject([{ liftReason: "Case closed", liftedBy: "Somebody" }]);
});

test("a number and a person are held wherever they appear", async () => {
  const number = await desk().placeHold({ tenantSlug, kind: "number", subject: "+49 (30) 123-456", reason: "Threats" });
  expect(await held(on.customer.tenantId, { numbers: ["4930", "4930123456"] })).toBe(true);
  expect(await held(on.customer.tenantId, { numbers: ["49301234567"] })).toBe(false);
  expect(await held(on.customer.tenantId)).toBe(false);
  const { email } = await on.one<{ email: string }>("SELECT email FROM person WHERE id = $1", [on.owners.customer]);
  const person = await desk().placeHold({ tenantSlug, kind: "person", subject: email.toUpperCase(), reason: "Claim" });
  expect(await held(on.customer.tenantId, { class: "session", person: on.owners.customer })).toBe(true);
  expect(await held(on.customer.tenantId, { class: "session", person: on.owners.reseller })).toBe(false);
  for (const { id } of [number, person]) await desk().liftHold({ tenantSlug, holdId: id, reason: "Over" });
});

test("an open incident with evidence holds what it touches from a day before it began, and lets go when it is over", async () => {
  const phone = await on.phone(on.customer, "101");
  const [row] = await db.pool.query<{ incident_id: string }>(
    "take",
    "SELECT incident_id FROM signal_take('2026-05-05', 'InvalidPassword', $1, '203.0.113.9', 60)",
    [phone.endpoint],
  );
  const incidentId = row?.incident_id ?? "";
  const now = { at: "2026-05-04T12:00:00Z" };
  expect(await held(on.customer.tenantId, now)).toBe(false);
  const actor = { kind: "job", id: "test", requestId: "r" } as const;
  const snapshot = await takeSnapshot(
    { db: db.app, ami: undefined, itemsMs: 60_000, sealMs: 60_000 },
    on.operator.tenantId as TenantId,
    {
      incidentId,
      key: "k",
      reason: "r",
      takenBy: "system",
      actor,
    },
  );
  const here = async () => [
    await held(on.customer.tenantId, now),
    await held(on.operator.tenantId, now),
    await held(on.reseller.tenantId, now),
  ];
  expect(await here()).toEqual([true, true, false]);
  expect(await held(on.customer.tenantId, { at: "2026-05-03T12:00:00Z" })).toBe(false);
  const forget = async () =>
    (await db.pool.query<{ n: number }>("forget", "SELECT evidence_forget('2999-01-01', 10) AS n", []))[0]?.n;
  expect(await forget()).toBe(0);
  await on.as("operator").incidents.acknowledge({ tenantSlug, incidentId });
  await on.as("operator").incidents.move({ tenantSlug, incidentId, state: "resolved", text: "Done." });
  expect(await here()).toEqual([false, false, false]);
  const { number } = await on.one<{ number: string }>("SELECT number FROM incident WHERE id = $1", [incidentId]);
  const { id: holdId } = await desk().placeHold({
    tenantSlug,
    kind: "incident",
    subject: String(number),
    reason: "Insurer",
  });
  expect(await here()).toEqual([true, true, false]);
  expect(await forget()).toBe(0);
  await desk().liftHold({ tenantSlug, holdId, reason: "Paid" });
  expect(await forget()).toBe(1);
  const [gone] = await on.sql(
    "SELECT action, subject, after ->> 'snapshot' AS snapshot FROM audit_event WHERE action = 'evidence.forget'",
  );
  expect(gone).toEqual({ action: "evidence.forget", subject: `evidence:${snapshot.id}`, snapshot: "1" });
});

test("what is no incident, tenant, person or number is told, and nobody but the operator holds anything", async () => {
  const place = (kind: "incident" | "tenant" | "person" | "number", subject: string) =>
    desk().placeHold({ tenantSlug, kind, subject, reason: "r" });
  await expect(place("incident", "999999")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(place("tenant", "nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(place("person", "nobody@test.example")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(place("number", "call me")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(
    on
      .as("reseller")
      .evidence.placeHold({ tenantSlug: "reseller", kind: "number", subject: "+4930123456", reason: "r" }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
  // Written past the portal it would still reach nobody else.
  await on.sql(
    "INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by) VALUES ($1, 'tenant', $2, 'x', 'x', 'x'), ($1, 'number', '4930123456', 'x', 'x', 'x')",
    [on.customer.tenantId, on.reseller.tenantId],
  );
  expect(await held(on.reseller.tenantId, { numbers: ["4930123456"] })).toBe(false);
});

test("what a hold keeps is counted by class, and only the operator's holds are anybody's to count", async () => {
  const { email } = await on.one<{ email: string }>("SELECT email FROM person WHERE id = $1", [on.owners.customer]);
  await on.sql("INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, $2, 'x', 'x')", [
    on.customer.tenantId,
    email,
  ]);
  const person = await desk().placeHold({ tenantSlug, kind: "person", subject: email, reason: "Claim" });
  expect(await desk().held({ tenantSlug, hold: `hold ${person.id}` })).toContainEqual({ class: "mail", rows: 1n });
  const tenant = await desk().placeHold({ tenantSlug, kind: "tenant", subject: "reseller", reason: "Order" });
  const held = await desk().held({ tenantSlug, hold: `hold ${tenant.id}` });
  expect(held).toContainEqual({ class: "mail", rows: 1n });
  expect(held.find((one) => one.class === "audit")?.rows).toBeGreaterThan(0n);
  for (const { id } of [person, tenant]) await desk().liftHold({ tenantSlug, holdId: id, reason: "Over" });
  expect(await desk().held({ tenantSlug, hold: `hold ${tenant.id}` })).toEqual([]);
  // Who signed in long ago is asked once more.
  const stale = callerFor(db.app, on.owners.operator, {
    signedIn: {
      sessionId: "00000000-0000-4000-8000-000000000001" as SessionId,
      userId: on.owners.operator as UserId,
      email: "x@example.com",
      name: "",
      authenticatedAt: new Date(0),
      factorAt: null,
    },
  });
  await expect(
    stale.evidence.placeHold({ tenantSlug, kind: "tenant", subject: "reseller", reason: "Order" }),
  ).rejects.toMatchObject({ cause: { code: "reauth_required" } });
});
