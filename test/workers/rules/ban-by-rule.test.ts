import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { listBans } from "@/server/domain/bans/ban-list";
import { placeRuleBan } from "@/server/domain/bans/bans";
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

const ami = { onEvent: () => {} } as unknown as AmiGateway;
/** Failures at phones, each from another address of the network; decided anew each time, as after a minute. */
async function scan(network: string, tries: number): Promise<void> {
  const ban = banNetworks({ db: db.app, pool: db.pool, bus, log: silentLogger });
  const events = new SecurityEvents({ pool: db.pool, ami, bus, log: silentLogger, ban, everyMs: 3_600_000 });
  for (let n = 1; n <= tries; n += 1) {
    events.take({
      ...{ name: "InvalidPassword", at: new Date(), accountId: `acme-${100 + n}`, remoteAddress: `${network}.${n}` },
      ...{ service: "PJSIP", severity: "Error", detail: {} },
    } as unknown as SecurityEvent);
  }
  await events.flush();
  await events.close();
}
const sipBans = async (network: string) =>
  (await bans()).filter((ban) => ban.scope === "sip" && ban.network.startsWith(network)).map((ban) => ban.network);

test("a scan of phones is banned at the PBX when it is critical, but not the network where a telephone is registered", async () => {
  await says("sip_failure", "enforce");
  const phone = await make.phone(acme, "131");
  await make.sql(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, expiration_time) VALUES ('c1', 'sip:a@10.9.8.3:5061', $1, $2)",
    [phone.endpoint, String(Math.floor(Date.now() / 1000) + 300)],
  );
  await scan("10.1.2", 19);
  expect((await bans()).filter(({ scope }) => scope === "sip")).toEqual([]);
  await scan("10.1.2", 1);
  await scan("10.9.8", 20);
  expect((await bans()).filter(({ network }) => network.endsWith("/24") && network.startsWith("10."))).toMatchObject([
    { network: "10.1.2.0/24", source: "rule", by: "sip_failure per network" },
  ]);
  expect(await lines("10.9.8.0/24", "rule_kept")).toMatchObject([{ detail: { kept: `extension ${phone.endpoint}` } }]);
  // Whoever else failed there is banned alone.
  expect(await sipBans("10.9.8.")).toHaveLength(19);
  expect(await sipBans("10.9.8.")).not.toContain("10.9.8.3");
});

test("where a telephone was within a week, or a call was answered from, only the addresses that failed are banned", async () => {
  await says("sip_failure", "enforce");
  const phone = await make.phone(acme, "132");
  await make.sql(
    `INSERT INTO registration_event (tenant_id, extension_id, at, kind, address, user_agent, transport)
     VALUES ($1, $2, now() - interval '6 days', 'expired', '10.4.4.2:5060', '', 'UDP'), ($1, $2, now() - interval '8 days', 'expired', '10.5.5.2:5060', '', 'UDP')`,
    [acme.tenantId, phone.extensionId],
  );
  await scan("10.4.4", 20);
  expect(await sipBans("10.4.4.")).toHaveLength(19);
  expect(await sipBans("10.4.4.")).not.toContain("10.4.4.2");
  expect(await lines("10.4.4.0/24", "rule_kept")).toMatchObject([{ detail: { kept: `extension ${phone.endpoint}` } }]);
  await scan("10.5.5", 20);
  expect(await sipBans("10.5.5.")).toEqual(["10.5.5.0/24"]);
  // Nor does the lock let a rule's ban through over a telephone that came in the same moment.
  await make.sql(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, expiration_time) VALUES ('c2', 'sip:a@10.6.6.2:5061', $1, $2)",
    [phone.endpoint, String(Math.floor(Date.now() / 1000) + 300)],
  );
  const placed = await change(
    db.app,
    {
      tenantId: operator.tenantId as TenantId,
      actor: { kind: "job", id: "t", requestId: "r" },
      action: "rule.ban",
    },
    async (tx) => ({
      subject: "t",
      result: await placeRuleBan(tx, { network: "10.6.6.0/24", scope: "sip", reason: "r", rule: "r", seconds: null }),
    }),
  );
  expect(placed).toBeUndefined();
});

test("after a ban was lifted or ended, what was counted before counts no more: it takes as much again", async () => {
  await says("sip_failure", "enforce");
  await says("sign_in", "enforce");
  const over = async (network: string) => {
    await make.sql("UPDATE ban SET lifted_at = now(), lifted_by = 'test' WHERE network = $1::inet", [network]);
    await make.sql("UPDATE ban_owner SET ended_at = now(), ended_by = 'test' WHERE ended_at IS NULL");
    // The minute in which it was lifted is over, too.
    await make.sql(
      "UPDATE ban SET lifted_at = lifted_at - interval '2 minutes', created_at = created_at - interval '2 minutes' WHERE network = $1::inet",
      [network],
    );
    await make.sql("UPDATE signal SET minute = minute - interval '3 minutes' WHERE source = $1", [network]);
  };
  await scan("10.7.7", 20);
  await guesses("198.18.7", 20);
  expect(await sipBans("10.7.7.")).toEqual(["10.7.7.0/24"]);
  await over("10.7.7.0/24");
  await over("198.18.7.0/24");
  await scan("10.7.7", 1);
  await sweep.close();
  sweep = new RuleSweep({ pool: db.pool, db: db.app, ...nothing });
  await guesses("198.18.7", 1);
  expect((await bans()).filter(({ network }) => /^(10\.7\.7|198\.18\.7)/.test(network))).toEqual([]);
  await scan("10.7.7", 18);
  expect(await sipBans("10.7.7.")).toEqual([]);
  await scan("10.7.7", 1);
  expect(await sipBans("10.7.7.")).toEqual(["10.7.7.0/24"]);
});
