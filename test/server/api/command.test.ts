import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const operator = { tenantSlug: "operator" };

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.topUp(on.reseller, 50_000_000n);
  await on.topUp(on.customer, 50_000_000n);
  await on.phone(on.customer, "101");
});
afterAll(() => db.drop());

test("the pulse counts the calls below, with the money at the level of whoever looks", async () => {
  const desk = callDesk(db.pool);
  expect(await on.as("operator").reports.pulse(operator)).toMatchObject({
    ringing: 0,
    talking: 0,
    stakes: [],
    usualPerMinute: null,
  });
  const call = randomUUID();
  await desk.authorise({ call, endpoint: "acme-101", at: new Date() });
  expect(await on.as("operator").reports.pulse(operator)).toMatchObject({
    ringing: 1,
    talking: 0,
    lastMinute: 1,
    lastMinuteBlocked: 0,
  });
  await desk.answered(call, new Date());
  await desk.authorise({ call: randomUUID(), endpoint: "acme-101", e164: "33123456789", country: "FR" });
  const seen = await on.as("operator").reports.pulse(operator);
  expect(seen).toMatchObject({ ringing: 0, talking: 1, lastMinute: 2, lastMinuteBlocked: 1 });
  // What the reseller pays the operator, and what its customer pays the reseller.
  expect(seen.stakes).toMatchObject([{ currency: "EUR", perMinuteMicros: 6_000n }]);
  const below = await on.as("customer").reports.pulse({ tenantSlug: "acme" });
  expect(below.stakes).toMatchObject([{ currency: "EUR", perMinuteMicros: 12_500n }]);
  expect(below.stakes[0]?.heldMicros).toBeGreaterThan(seen.stakes[0]?.heldMicros ?? 0n);
});

test("the usual is this hour of the last seven days, whichever have had calls", async () => {
  // Of the next hour as well, which may begin before it is asked.
  await on.sql(
    `INSERT INTO usage_quarter SELECT $1, 'all', date_trunc('hour', now(), 'UTC') - d * interval '1 day' + q * interval '15 minutes', '', 'EUR', 15 * d, 0, 0, 0, 0, 0, 0, 0, 0
     FROM generate_series(1, 3) d, generate_series(0, 7) q`,
    [on.operator.tenantId],
  );
  expect((await on.as("operator").reports.pulse(operator)).usualPerMinute).toBe(2);
});

test("incidents that nobody has taken come first, the oldest of them on top, then by when they are to be contained", async () => {
  const open = async (title: string, severity: string, minutes: number, taken = false) =>
    on.sql(
      `INSERT INTO incident (tenant_id, kind, title, source, severity, state, first_at, last_at, opened_at, acknowledged_at)
       SELECT $1, 'manual', $2, '', $3, CASE WHEN $5 THEN 'open' ELSE 'triage' END, now(), now(),
         now() - $4 * interval '1 minute', CASE WHEN $5 THEN now() END`,
      [on.operator.tenantId, title, severity, minutes, taken],
    );
  await open("taken, long to contain", "medium", 200, true);
  await open("taken, due soon", "high", 50, true);
  await open("new", "critical", 1);
  await open("waits longest", "low", 100);
  await open("late", "high", 30);
  await open("put off", "critical", 500);
  await on.sql("UPDATE incident SET snoozed_until = now() + interval '1 hour' WHERE title = 'put off'");
  const due = await on.as("operator").incidents.due(operator);
  expect(due.items.map(({ title, next }) => `${title}: ${next}`)).toEqual([
    "waits longest: acknowledge",
    "late: acknowledge",
    "new: acknowledge",
    "taken, due soon: contain",
    "taken, long to contain: contain",
  ]);
  expect(due).toMatchObject({ active: 5, unacknowledged: 3, late: 1 });
  await expect(on.as("customer").incidents.due({ tenantSlug: "acme" })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a field that chooses a tenant finds those below by a part of their name, directly below and of a currency", async () => {
  const bakery = await on.tenant("customer", on.reseller, { slug: "bakery" });
  const pick = async (who: "operator" | "reseller", more: object) => {
    const { items } = await on.as(who).tenants.pick({ tenantSlug: who, ...more });
    return items.map(({ slug }) => slug);
  };
  expect(await pick("operator", {})).toEqual(["acme", "bakery", "reseller"]);
  expect(await pick("operator", { direct: true })).toEqual(["reseller"]);
  expect(await pick("reseller", { text: "ker" })).toEqual([bakery.slug]);
  expect(await pick("reseller", { text: "%" })).toEqual([]);
  expect(await pick("reseller", { slug: "acme" })).toEqual(["acme"]);
  expect(await pick("reseller", { slug: "operator" })).toEqual([]);
  expect(await pick("reseller", { currency: "CHF" })).toEqual([]);
  await on.sql(
    "SELECT tenant_create('many-' || g, 'Many ' || lpad(g::text, 2, '0'), 'customer', 'EUR', 'UTC', 'DE', $1) FROM generate_series(1, 25) g",
    [on.selling],
  );
  const many = await on.as("reseller").tenants.pick({ tenantSlug: "reseller", text: "many" });
  expect([many.items.length, many.more, many.items[0]?.name]).toEqual([20, true, "Many 01"]);
});
