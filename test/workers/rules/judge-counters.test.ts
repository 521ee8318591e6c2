import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { takeSignal } from "@/server/domain/rules/take-signal";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { RuleSweep } from "@/workers/rules/rule-sweep";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let sweep: RuleSweep;
const newSweep = (ami?: AmiGateway) =>
  new RuleSweep({
    pool: db.pool,
    db: db.app,
    ami,
    bus: { publish: () => {}, close: async () => {} },
    log: silentLogger,
    everyMs: 3_600_000,
  });
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
  sweep = newSweep();
});
afterAll(async () => {
  await sweep.close();
  await db.drop();
});

type Incident = { source: string; severity: string; signals: number };
const incidents = (kind: string) =>
  make.sql<Incident>("SELECT source, severity, signals::int AS signals FROM incident WHERE kind = $1 ORDER BY number", [
    kind,
  ]);

test("a flood makes one row a minute and one incident, and every signal counts once", async () => {
  const at = new Date();
  for (let n = 0; n < 132; n += 1) {
    await takeSignal(db.pool, { kind: "sign_in", source: `198.51.100.${n % 250}`, count: 100, at });
    if (n % 40 === 39) await sweep.run();
  }
  await sweep.run();
  await sweep.run();
  expect(await incidents("sign_in")).toMatchObject([{ source: "198.51.100.0/24", severity: "high", signals: 13_200 }]);
  expect(await make.sql("SELECT FROM signal WHERE kind = 'sign_in'")).toHaveLength(1);
});

test("from more networks than can be told apart it fills so many rows and no more", async () => {
  const at = new Date(Date.now() + 300_000);
  await make.sql(
    `INSERT INTO signal (tenant_id, kind, source, minute, signals, judged) SELECT $1, 'sign_in', 'n' || n, date_trunc('minute', $2::timestamptz), 1, 1
     FROM generate_series(1, 2000) n`,
    [operator.tenantId, at],
  );
  for (let n = 0; n < 5; n += 1) await takeSignal(db.pool, { kind: "sign_in", source: `10.${n}.0.1`, at });
  const [row] = await make.sql<{ n: number }>(
    "SELECT signals::int AS n FROM signal WHERE kind = 'sign_in' AND source = 'elsewhere'",
  );
  expect(row?.n).toBe(5);
  await make.sql("DELETE FROM signal WHERE kind = 'sign_in'");
});

test("refused permissions and changes that open doors are read from the trail, each once", async () => {
  const tenant = await make.tenant("customer", operator);
  const event = (action: string, outcome: string) =>
    make.sql("SELECT audit_append($1, 'user', 'x', NULL, $2, 's', $3, '{}', '{}', $4, '192.0.2.1')", [
      tenant.tenantId,
      action,
      outcome,
      randomUUID(),
    ]);
  for (let n = 0; n < 21; n += 1) await event("permission.deny", "denied");
  for (let n = 0; n < 39; n += 1) await event("destination.allow", "ok");
  await sweep.run();
  await sweep.run();
  expect((await incidents("denied")).filter(({ source }) => source === tenant.slug)).toMatchObject([{ signals: 21 }]);
  expect((await incidents("config")).filter(({ source }) => source === tenant.slug)).toEqual([]);
  await event("destination.allow", "failed");
  await event("extension.rotate_secret", "ok");
  await sweep.run();
  expect((await incidents("config")).filter(({ source }) => source === tenant.slug)).toMatchObject([{ signals: 40 }]);
});

test("refusals that one event tells together count as many, and what a rule does to an incident is in the trail", async () => {
  const tenant = await make.tenant("customer", operator);
  const event = (action: string, after: object) =>
    make.sql("SELECT audit_append($1, 'user', 'x', NULL, $2, 's', 'denied', '{}', $3, $4, '192.0.2.1')", [
      tenant.tenantId,
      action,
      JSON.stringify(after),
      randomUUID(),
    ]);
  await event("permission.deny", { code: "not_found", tenant: "other" });
  // An answer like any other; that there were fourteen more kinds of it in a minute is not.
  await event("access.refuse", { code: "not_found" });
  await event("access.refuse", { times: 90, kinds: 14 });
  await event("permission.deny", { times: 4, kinds: 0 });
  await sweep.run();
  expect((await incidents("denied")).filter(({ source }) => source === tenant.slug)).toEqual([]);
  await event("permission.deny", { times: 60, kinds: 3 });
  await sweep.run();
  const [incident] = (await incidents("denied")).filter(({ source }) => source === tenant.slug);
  expect(incident).toMatchObject({ signals: 79 });
  const trail = await make.sql(
    "SELECT action, actor_kind, actor_id, outcome, after ->> 'source' AS source FROM audit_event WHERE subject = 'incident:' || (SELECT id FROM incident WHERE source = $1) ORDER BY seq",
    [tenant.slug],
  );
  expect(trail).toEqual([
    { action: "incident.open", actor_kind: "job", actor_id: "rules", outcome: "ok", source: tenant.slug },
  ]);
});

test("a phone that registers from ever new networks", async () => {
  const tenant = await make.tenant("customer", operator);
  const phone = await make.phone(tenant, "101");
  const from = (address: string) =>
    make.sql(
      `INSERT INTO registration (tenant_id, extension_id, contact_id, uri, address, expires_at) VALUES ($1, $2, 'c1', 'sip:x', $3, now() + interval '1 hour')
       ON CONFLICT (tenant_id, contact_id) DO UPDATE SET address = excluded.address`,
      [tenant.tenantId, phone.extensionId, address],
    );
  for (const address of ["10.0.0.1:5060", "10.0.0.9:41000", "10.1.0.1:5060", "[2001:db8::1]:5060"]) await from(address);
  await sweep.run();
  expect((await incidents("moves")).filter(({ source }) => source === phone.endpoint)).toEqual([]);
  await from("192.0.2.7:5060");
  await sweep.run();
  expect((await incidents("moves")).filter(({ source }) => source === phone.endpoint)).toMatchObject([
    { severity: "low" },
  ]);
});

/** Found so many seconds ago. */
async function orphan(of: Tenancy, seconds: number, micros = 250_000n): Promise<string> {
  const { id } = await make.one<{ id: string }>(
    `INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, found_at)
     VALUES ($1, 'hold_without_channel', gen_random_uuid()::text, $2, 'EUR', now() - $3 * interval '1 second') RETURNING id`,
    [of.tenantId, micros, seconds],
  );
  return id;
}
const heal = (id: string) => make.sql("UPDATE difference SET healed_at = now() WHERE id = $1", [id]);
const linesOf = (source: string) =>
  make.sql(
    `SELECT l.kind, l.detail FROM incident_line l JOIN incident i ON i.tenant_id = l.tenant_id AND i.id = l.incident_id
     WHERE i.kind = 'difference' AND i.source = $1 AND l.kind <> 'rule' ORDER BY l.seq`,
    [source],
  );

test("one orphan that stays open makes an incident, as bad as there is money at risk, that is told when it heals", async () => {
  const tenant = await make.tenant("customer", operator);
  const ours = async () => (await incidents("difference")).filter(({ source }) => source === tenant.slug);
  // The evidence may still come, or has come already.
  const young = await orphan(tenant, 60);
  await heal(await orphan(tenant, 300));
  await sweep.run();
  expect(await ours()).toEqual([]);

  await make.sql("UPDATE difference SET found_at = now() - interval '3 minutes' WHERE id = $1", [young]);
  await sweep.run();
  await sweep.run();
  expect(await ours()).toEqual([{ source: tenant.slug, severity: "medium", signals: 1 }]);

  const [opened] = await make.sql(
    "SELECT l.detail FROM incident_line l JOIN incident i ON i.id = l.incident_id WHERE i.source = $1 AND l.kind = 'rule'",
    [tenant.slug],
  );
  expect(opened).toMatchObject({ detail: { open: "1", risk: "250000", currency: "EUR" } });

  const dear = await orphan(tenant, 300, 9_750_000n);
  await sweep.run();
  expect(await ours()).toEqual([{ source: tenant.slug, severity: "high", signals: 2 }]);

  await heal(dear);
  await sweep.run();
  await heal(young);
  await sweep.run();
  await sweep.run();
  expect(await linesOf(tenant.slug)).toEqual([
    { kind: "severity", detail: { from: "medium", to: "high", signal: "difference", value: 10_000_000 } },
    { kind: "healed", detail: { healed: 1, open: 1 } },
    { kind: "healed", detail: { healed: 1, open: 0 } },
  ]);
});

test("what was at risk when an incident was closed does not count again in the next one", async () => {
  const tenant = await make.tenant("customer", operator);
  const ours = async () => (await incidents("difference")).filter(({ source }) => source === tenant.slug);
  await orphan(tenant, 300, 12_000_000n);
  await sweep.run();
  expect(await ours()).toMatchObject([{ severity: "high" }]);
  // It was closed later than the minute in which the rules were told.
  await make.sql("UPDATE difference SET signalled_at = now() - interval '3 minutes' WHERE tenant_id = $1", [
    tenant.tenantId,
  ]);
  await make.sql(
    "UPDATE signal SET minute = minute - interval '3 minutes' WHERE kind = 'difference' AND tenant_id = $1",
    [tenant.tenantId],
  );
  await make.sql("UPDATE incident SET state = 'dismissed', closed_at = now() WHERE source = $1", [tenant.slug]);
  await orphan(tenant, 300, 10n);
  await sweep.run();
  expect(await ours()).toMatchObject([{ severity: "high" }, { severity: "medium", signals: 1 }]);
});

test("a difference without money is one all the same; failures of retention are the operator's", async () => {
  await orphan(operator, 300, 0n);
  await takeSignal(db.pool, { kind: "retention", tenantId: operator.tenantId as TenantId });
  await sweep.run();
  await sweep.run();
  expect(await incidents("difference")).toContainEqual({ source: operator.slug, severity: "low", signals: 1 });
  expect(await incidents("retention")).toMatchObject([{ source: operator.slug, signals: 1 }]);
});

test("one refused sign-in at the manager port is as bad as it gets", async () => {
  await takeSignal(db.pool, { kind: "ami_intrusion", source: "203.0.113.77" });
  await sweep.run();
  expect(await incidents("ami_intrusion")).toMatchObject([{ source: "203.0.113.0/24", severity: "critical" }]);
  await make.sql("DELETE FROM signal WHERE kind = 'ami_intrusion'");
});

test("a telephone system that refuses the sign-in, and one that is silent for long", async () => {
  const status = { connected: false, problem: "acting: login refused: Authentication failed" };
  const link = newSweep({ status: () => status } as unknown as AmiGateway);
  const rows = () =>
    make.sql<{ kind: string; signals: number }>(
      "SELECT kind, signals::int AS signals FROM signal WHERE kind LIKE 'ami%' ORDER BY kind",
    );
  await link.run();
  await link.run();
  expect(await rows()).toEqual([{ kind: "ami_login", signals: 1 }]);
  await make.sql(
    "INSERT INTO signal (tenant_id, kind, source, minute, signals) SELECT $1, 'ami_silence', '', date_trunc('minute', now()) - n * interval '1 minute', 1 FROM generate_series(1, 5) n",
    [operator.tenantId],
  );
  await link.run();
  await link.close();
  expect(await incidents("ami_silence")).toMatchObject([{ source: operator.slug, severity: "high", signals: 5 }]);
});
