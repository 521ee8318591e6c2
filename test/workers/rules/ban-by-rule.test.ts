import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { listBans } from "@/server/domain/bans/ban-list";
import { takeSignal } from "@/server/domain/rules/take-signal";
import type { AmiGateway, SecurityEvent } from "@/server/infra/ami/gateway";
import { readTenant } from "@/server/infra/db/read-tenant";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { strayBans } from "@/test/support/stray-bans";
import { banNetworks } from "@/workers/rules/ban-by-rule";
import { RuleSweep } from "@/workers/rules/rule-sweep";
import { SecurityEvents } from "@/workers/security-events";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
let sweep: RuleSweep;
const bus = { publish: () => {}, close: async () => {} };
const nothing = { ami: undefined, bus, log: silentLogger, everyMs: 3_600_000 };
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
  acme = await make.tenant("customer", operator, { slug: "acme" });
  sweep = new RuleSweep({ pool: db.pool, db: db.app, ...nothing });
});
afterAll(async () => {
  await sweep.close();
  await db.drop();
});
beforeEach(() => make.sql("DELETE FROM rule"));

const says = (signal: "sign_in" | "sip_failure", mode: "enforce" | "shadow") =>
  make.sql(
    `INSERT INTO rule (tenant_id, about_id, signal, scope, mode, action, window_minutes, warn, critical, changed_by)
     VALUES ($1, $1, $2, 'network', $3, 'ban', 15, 5, 20, 'test')`,
    [operator.tenantId, signal, mode],
  );
const bans = async () =>
  (
    await readTenant(db.app, { tenantId: operator.tenantId as TenantId }, (tx) =>
      listBans(tx, operator.tenantId as TenantId, { show: "active" }),
    )
  ).items;
const lines = (source: string, kind: string) =>
  make.sql<{ detail: Record<string, string> }>(
    `SELECT l.detail FROM incident_line l JOIN incident i ON i.tenant_id = l.tenant_id AND i.id = l.incident_id
     WHERE i.source = $1 AND l.kind = $2`,
    [source, kind],
  );
/** Guesses at the portal, from many addresses of one network. */
async function guesses(network: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await takeSignal(db.pool, { kind: "sign_in", source: `${network}.${n}` });
  await sweep.run();
}

test("a rule bans a network at critical: with itself as the owner, why and until when, once", async () => {
  await says("sign_in", "enforce");
  await guesses("203.0.113", 19);
  expect(await bans()).toEqual([]);
  await guesses("203.0.113", 1);
  const [ban, ...more] = await bans();
  expect(more).toEqual([]);
  expect(ban).toMatchObject({ network: "203.0.113.0/24", scope: "web", source: "rule", by: "sign_in per network" });
  expect(ban?.reason).toBe("20 failed sign-ins within 15 min");
  expect(ban?.owners).toMatchObject([{ source: "rule", by: "sign_in per network", until: ban?.expiresAt }]);
  expect(await lines("203.0.113.0/24", "rule_ban")).toMatchObject([{ detail: { network: "203.0.113.0/24" } }]);
  await guesses("203.0.113", 30);
  expect(await bans()).toMatchObject([{ id: ban?.id, expiresAt: ban?.expiresAt }]);
  expect(await make.sql("SELECT actor_id FROM audit_event WHERE action = 'rule.ban'")).toEqual([
    { actor_id: "rule.ban" },
  ]);
  expect(await strayBans((text) => make.sql(text))).toEqual([]);
});

test("in shadow it bans nothing, and writes down that it would have been critical", async () => {
  await says("sign_in", "shadow");
  await guesses("198.51.100", 40);
  expect((await bans()).filter(({ network }) => network.startsWith("198.51.100"))).toEqual([]);
  expect(await make.sql("SELECT mode, action, level FROM rule_finding WHERE source = '198.51.100.0/24'")).toEqual([
    { mode: "shadow", action: "ban", level: "critical" },
  ]);
});

test("what is kept, or works there, is not banned; the incident says why, once", async () => {
  await says("sign_in", "enforce");
  await make.sql("INSERT INTO ban_keep (tenant_id, network, note) VALUES ($1, '192.0.2.17', 'Office')", [
    operator.tenantId,
  ]);
  await guesses("192.0.2", 40);
  await guesses("192.0.2", 3);
  expect((await bans()).filter(({ network }) => network.startsWith("192.0.2"))).toEqual([]);
  expect(await lines("192.0.2.0/24", "rule_kept")).toMatchObject([{ detail: { kept: "keep 192.0.2.17 Office" } }]);
});

test("a private network is not banned from the portal: a proxy there that nobody named stands for everybody", async () => {
  await says("sign_in", "enforce");
  await guesses("10.20.30", 40);
  expect((await bans()).filter(({ network }) => network.startsWith("10."))).toEqual([]);
  expect(await lines("10.20.30.0/24", "rule_kept")).toMatchObject([{ detail: { kept: "keep a private network" } }]);
});

test("a scan of phones is banned at the PBX when it is critical, but not where a telephone is registered", async () => {
  await says("sip_failure", "enforce");
  const phone = await make.phone(acme, "131");
  await make.sql(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, expiration_time) VALUES ('c1', 'sip:a@10.9.8.40:5061', $1, $2)",
    [phone.endpoint, String(Math.floor(Date.now() / 1000) + 300)],
  );
  const ami = { onEvent: () => {} } as unknown as AmiGateway;
  const ban = banNetworks({ db: db.app, pool: db.pool, bus, log: silentLogger });
  const events = new SecurityEvents({ pool: db.pool, ami, bus, log: silentLogger, ban, everyMs: 3_600_000 });
  const scan = async (network: string, tries: number) => {
    for (let n = 1; n <= tries; n += 1) {
      events.take({
        ...{ name: "InvalidPassword", at: new Date(), accountId: `acme-${100 + n}`, remoteAddress: `${network}.${n}` },
        ...{ service: "PJSIP", severity: "Error", detail: {} },
      } as unknown as SecurityEvent);
    }
    await events.flush();
  };
  await scan("10.1.2", 19);
  expect((await bans()).filter(({ scope }) => scope === "sip")).toEqual([]);
  await scan("10.1.2", 1);
  await scan("10.9.8", 25);
  expect((await bans()).filter(({ scope }) => scope === "sip")).toMatchObject([
    { network: "10.1.2.0/24", source: "rule", by: "sip_failure per network" },
  ]);
  expect(await lines("10.9.8.0/24", "rule_kept")).toMatchObject([{ detail: { kept: `extension ${phone.endpoint}` } }]);
  await events.close();
});
