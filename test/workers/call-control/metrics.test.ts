import { afterAll, beforeAll, expect, test } from "vitest";

import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { startTestWorkers } from "@/test/support/call-control";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { mayReadMetrics } from "@/workers/call-control/metrics";

const TOKEN = "a-token-of-the-monitoring";
let db: TestDatabase;
let make: ReturnType<typeof builders>;
let pbx: Awaited<ReturnType<typeof startTestWorkers>>;
let acme: Tenancy;
let phone: Phone;

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "49": { perMinute: 12_500n, first: 60, next: 6 } }));
  await make.topUp(acme, 1_000_000n);
  phone = await make.phone(acme, "101");
  pbx = await startTestWorkers(db, { METRICS_TOKEN: TOKEN });
});
afterAll(async () => {
  await pbx.stop();
  await db.drop();
});

const scrape = (headers: Record<string, string> = {}) => fetch(`${pbx.url}/metrics`, { headers });
const lines = async () => (await (await scrape({ authorization: `Bearer ${TOKEN}` })).text()).split("\n");

test("open calls, held money, differences and outcomes are told, and no tenant", async () => {
  await pbx.authorise("pbx1-1.1", phone.endpoint, "+493012345678");
  await pbx.authorise("pbx1-1.2", phone.endpoint, "+493012345678");
  await pbx.ended("pbx1-1.2", 47_000);
  await pbx.authorise("pbx1-1.3", phone.endpoint, "+442079460018");
  await make.sql(
    `INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency)
     VALUES ($1, 'shortfall', 'a', 1500000, 'EUR'), ($1, 'shortfall', 'b', 500000, 'EUR'), ($1, 'carrier_price', 'c', 250000, 'USD')`,
    [acme.tenantId],
  );
  await pbx.post("/v1/reconcile", "");
  const told = await lines();
  for (const line of [
    "ringfence_database_up 1",
    'ringfence_active_calls{state="authorised"} 1',
    'ringfence_active_calls{state="answered"} 0',
    'ringfence_reserved_credit{currency="EUR"} 0.0625',
    'ringfence_calls_total{outcome="answered",reason=""} 1',
    'ringfence_calls_total{outcome="blocked",reason="DST-01"} 1',
    'ringfence_differences_open{kind="shortfall"} 2',
    'ringfence_money_at_risk{currency="EUR"} 2',
    'ringfence_money_at_risk{currency="USD"} 0.25',
    'ringfence_ledger_entries_total{kind="charge"} 2',
    'ringfence_ledger_entries_total{kind="top_up"} 2',
    'ringfence_call_ends_reported_total{source="hangup"} 1',
    "ringfence_unsettled_ends 0",
    "ringfence_ami_connected 0",
  ]) {
    expect(told).toContain(line);
  }
  const all = told.join("\n");
  expect(all).toMatch(/^ringfence_reconciliation_age_seconds \d/m);
  expect(all).toMatch(/^ringfence_queue_depth\{state="waiting"\} \d/m);
  expect(all).toMatch(
    /^ringfence_http_request_duration_seconds_count\{route="POST \/v1\/authorise",status="200"\} 3$/m,
  );
  expect(all).not.toContain("acme");
  expect(all).not.toContain(acme.tenantId);
});

test("a path that somebody made up does not become a label", async () => {
  await fetch(`${pbx.url}/made-up-by-somebody`);
  const all = (await lines()).join("\n");
  expect(all).not.toContain("made-up");
  expect(all).toContain('route="other"');
});

test("a wrong token, or a request that was passed on without one, learns nothing", async () => {
  expect((await scrape()).status).toBe(200);
  expect((await scrape({ authorization: "Bearer the-token-of-somebody-else" })).status).toBe(401);
  expect((await scrape({ authorization: `Basic ${TOKEN}` })).status).toBe(401);
  expect((await scrape({ "x-forwarded-for": "203.0.113.7" })).status).toBe(401);
  expect((await scrape({ "x-forwarded-for": "203.0.113.7", authorization: `Bearer ${TOKEN}` })).status).toBe(200);
});

test.each([
  ["127.0.0.1", undefined, true],
  ["::1", undefined, true],
  ["::ffff:127.0.0.1", undefined, true],
  ["203.0.113.7", undefined, false],
  ["127.0.0.1.example", undefined, false],
  ["203.0.113.7", `Bearer ${TOKEN}`, true],
  ["127.0.0.1", "Bearer wrong", false],
])("from %s with %s: %s", (remoteAddress, authorization, allowed) => {
  const request = { headers: { authorization }, socket: { remoteAddress } } as unknown as Parameters<
    ReturnType<typeof mayReadMetrics>
  >[0];
  expect(mayReadMetrics(TOKEN)(request)).toBe(allowed);
  // Where no token is set, only this machine reads.
  if (authorization) expect(mayReadMetrics(undefined)(request)).toBe(false);
});

test("with the database away the rest is still told", async () => {
  const { name } = await make.one<{ name: string }>("SELECT current_database() AS name");
  await make.sql(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  await make.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_app' AND datname = current_database()",
  );
  const told = await lines();
  await make.sql(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  expect(told).toContain("ringfence_database_up 0");
  expect(told.join("\n")).toContain("ringfence_calls_total");
  expect(told.join("\n")).not.toMatch(/^ringfence_reserved_credit\{/m);
});
