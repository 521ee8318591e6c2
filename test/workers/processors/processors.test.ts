import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { authoriseInbound } from "@/server/domain/calls/inbound-calls";
import type { AmiGateway, LiveChannel } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { appendAuditFile } from "@/workers/processors/append-audit-file";
import { hangUpOfSubject } from "@/workers/processors/hang-up-of-subject";
import { ringForEcho } from "@/workers/processors/ring-for-echo";
import { sweepRetention } from "@/workers/processors/sweep-retention";
import type { SystemContext } from "@/workers/processors/types";

const folder = mkdtempSync(path.join(tmpdir(), "processors-"));
const auditFile = path.join(folder, "audit.jsonl");
let db: TestDatabase;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof callDesk>;
let operator: Tenancy;
let acme: Tenancy;
let beta: Tenancy;
const phones: Phone[] = [];

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  desk = callDesk(db.pool);
  operator = await make.tenant("operator");
  const plan = await make.plan(operator, { "49": { perMinute: 60_000n } });
  acme = await make.tenant("customer", operator, { slug: "acme" });
  beta = await make.tenant("customer", operator, { slug: "beta" });
  for (const tenant of [acme, beta]) {
    await make.assign(tenant, plan);
    await make.topUp(tenant, 100_000_000n);
  }
  phones.push(await make.phone(acme, "101"), await make.phone(acme, "102"), await make.phone(beta, "101"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await db.drop();
});

/** A PBX that writes down what it is asked to hang up. */
function pbx(fails = false) {
  const asked: string[] = [];
  const hangUp = async (channel: string) => {
    asked.push(channel);
    if (fails) throw new DomainError("pbx_unreachable");
    return "asked" as const;
  };
  return { asked, ami: { hangUp } as unknown as AmiGateway };
}

const context = (ami?: AmiGateway): SystemContext & { tenantId: TenantId } => ({
  jobId: randomUUID(),
  tenantId: acme.tenantId as TenantId,
  db: db.app,
  pool: db.pool,
  ami,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  log: silentLogger,
  pbx: "pbx1",
  settings: { appUrl: "https://portal.example", securityEventRetentionDays: 90, auditFile },
});

const hangUps = () =>
  make.sql(
    "SELECT subject, outcome, after FROM audit_event WHERE tenant_id = $1 AND action = 'call.hang_up' ORDER BY seq",
    [acme.tenantId],
  );

async function liveCall(phone: Phone | undefined, kind = "external"): Promise<{ call: string; id: string }> {
  const call = `pbx1-1700000000.${Math.floor(performance.now() * 1000)}`;
  const dialled = kind === "emergency" ? { dialled: "112", kind } : {};
  const verdict = await desk.authorise({ call, endpoint: phone?.endpoint ?? "", ...dialled });
  await desk.answered(call);
  return { call, id: verdict.call_id ?? "" };
}

test("a suspended extension's calls are ended, an emergency call and those of others are not", async () => {
  const [mine, sister, foreign] = [await liveCall(phones[0]), await liveCall(phones[1]), await liveCall(phones[2])];
  await liveCall(phones[0], "emergency");
  const { asked, ami } = pbx();
  await hangUpOfSubject({ subject: "extension", id: phones[0]?.extensionId ?? "" }, context(ami));
  expect(asked).toEqual([mine.call]);
  await hangUpOfSubject({ subject: "tenant", id: acme.tenantId }, context(ami));
  expect(asked.slice(1).toSorted()).toEqual([mine.call, sister.call].toSorted());
  await hangUpOfSubject({ subject: "call", id: foreign.id }, context(ami));
  expect(asked).toHaveLength(3);
  await hangUpOfSubject({ subject: "call", id: sister.id }, context(ami));
  expect(asked.at(-1)).toBe(sister.call);
  expect(await hangUps()).toEqual([
    { subject: `extension:${phones[0]?.extensionId}`, outcome: "ok", after: { calls: 1 } },
    { subject: `tenant:${acme.tenantId}`, outcome: "ok", after: { calls: 2 } },
    { subject: `call:${sister.id}`, outcome: "ok", after: { calls: 1 } },
  ]);
});

test("a call from outside outlives a suspension unless it is paid for, and ends when it is meant", async () => {
  const phone = await make.phone(acme, "150");
  await make.did(acme, "493012345001", phone.extensionId);
  await make.did(acme, "443012345002", phone.extensionId);
  const plan = await make.one<{ id: string }>("SELECT plan_id AS id FROM tenant WHERE id = $1", [acme.tenantId]);
  const seller = await make.one<{ tenantId: string; slug: string }>(
    'SELECT t.id AS "tenantId", t.slug FROM plan p JOIN tenant t ON t.id = p.tenant_id WHERE p.id = $1',
    [plan.id],
  );
  await make.setRate(seller, plan.id, "49", { perMinute: 60_000n, first: 1, next: 1, direction: "in" });
  const comeIn = async (called: string) => {
    const call = `pbx1-1700000002.${Math.floor(performance.now() * 1000)}`;
    const answer = await authoriseInbound(db.pool, {
      pbx: "pbx1",
      call,
      called,
      caller: "",
      address: "",
      at: new Date(),
    });
    await desk.answered(call);
    return { call, id: answer.callId ?? "" };
  };
  const [paid, free] = [await comeIn("493012345001"), await comeIn("443012345002")];
  const { asked, ami } = pbx();
  await hangUpOfSubject({ subject: "extension", id: phone.extensionId }, context(ami));
  expect(asked).toEqual([paid.call]);
  await hangUpOfSubject({ subject: "call", id: free.id }, context(ami));
  expect(asked.at(-1)).toBe(free.call);
});

test("a phone is rung for its echo test once at a time, and not when nobody waits any more", async () => {
  const rung: string[] = [];
  const live: Partial<LiveChannel>[] = [];
  const ami = {
    ringForEcho: async (endpoint: string) => void rung.push(endpoint),
    liveChannels: async () => live,
  } as unknown as AmiGateway;
  const { extensionId = "", endpoint = "" } = phones[0] ?? {};
  const soon = Date.now() + 60_000;
  await ringForEcho({ extensionId, untilMs: Date.now() - 1 }, context(ami));
  for (const busy of [
    { context: "ringfence-test", extension: endpoint },
    { context: "ringfence-echo", extension: "s", endpoint },
  ]) {
    live.splice(0, 1, busy);
    await ringForEcho({ extensionId, untilMs: soon }, context(ami));
  }
  expect(rung).toEqual([]);
  live.splice(0, 1, { context: "ringfence-test", extension: "somebody-else" });
  await ringForEcho({ extensionId, untilMs: soon }, context(ami));
  expect(rung).toEqual([endpoint]);
  const foreign = phones[2]?.extensionId ?? "";
  await expect(ringForEcho({ extensionId: foreign, untilMs: soon }, context(ami))).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(ringForEcho({ extensionId, untilMs: soon }, context())).rejects.toMatchObject({
    code: "pbx_unreachable",
  });
});

test("a PBX that cannot be reached is worth another try; nothing to end is done without one", async () => {
  const live = await liveCall(phones[0]);
  const away = { code: "pbx_unreachable" };
  await expect(hangUpOfSubject({ subject: "call", id: live.id }, context(pbx(true).ami))).rejects.toMatchObject(away);
  await expect(hangUpOfSubject({ subject: "call", id: live.id }, context())).rejects.toMatchObject(away);
  await hangUpOfSubject({ subject: "call", id: randomUUID() }, context());
  const failed = {
    subject: `call:${live.id}`,
    outcome: "failed",
    after: { calls: 1, asked: 0, code: "pbx_unreachable" },
  };
  expect((await hangUps()).slice(-2)).toEqual([failed, failed]);
});

test("retention deletes what is too old, in batches, and leaves one receipt with the counts", async () => {
  // Ninety whole days and the hours of today are kept: no event stands where the line may be at any hour.
  const kept = 90 * 24 - 12;
  await make.sql(
    `INSERT INTO security_event (tenant_id, at, type) SELECT $1, now() - n * interval '1 hour', 'InvalidPassword'
     FROM generate_series(1, 5000) n WHERE n NOT BETWEEN $2::int + 1 AND $2::int + 48`,
    [acme.tenantId, kept],
  );
  await sweepRetention({}, context());
  const [left] = await make.sql<{ n: number }>("SELECT count(*)::int AS n FROM security_event");
  expect(left?.n).toBe(kept);
  const noted = () =>
    make.sql<{ tenant_id: string; after: Record<string, unknown> }>(
      "SELECT tenant_id, after FROM audit_event WHERE action = 'retention.sweep'",
    );
  expect(await noted()).toMatchObject([
    {
      tenant_id: acme.tenantId,
      after: { class: "security_events", action: "delete", removed: 5_000 - 48 - kept, held: 0 },
    },
  ]);
  await sweepRetention({}, context());
  expect(await noted()).toHaveLength(1);
});

test("the audit trail has a second copy that only its owner reads: every event once, in order, without secrets", async () => {
  writeFileSync(auditFile, "", { mode: 0o644 });
  const act = (tenant: Tenancy, n: number) =>
    change(
      db.app,
      {
        tenantId: tenant.tenantId as TenantId,
        actor: { kind: "cli", id: "test", requestId: `r${n}` },
        action: "tenant.suspend",
      },
      async () => ({ subject: `tenant:${tenant.tenantId}`, after: { n, newPassword: "hush-hush" }, result: undefined }),
    );
  for (let n = 0; n < 5; n += 1) await act(n % 2 ? acme : beta, n);
  await Promise.all([appendAuditFile({}, context())]);
  await act(acme, 5);
  await appendAuditFile({}, context());
  await appendAuditFile({}, context());
  const lines = readFileSync(auditFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
  const suspended = lines.filter(({ action }) => action === "tenant.suspend");
  expect(suspended).toHaveLength(6);
  expect(statSync(auditFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(auditFile, "utf8")).not.toContain("hush-hush");
  for (const tenant of [acme, beta, operator]) {
    const own = lines.filter((line) => line["tenant_id"] === tenant.tenantId);
    expect(own.map(({ seq }) => Number(seq))).toEqual(own.map((_line, at) => at + 1));
    const hashes = await make.sql<{ hash: string }>(
      "SELECT encode(hash, 'hex') AS hash FROM audit_event WHERE tenant_id = $1 ORDER BY seq",
      [tenant.tenantId],
    );
    expect(own.map(({ hash }) => hash)).toEqual(hashes.map(({ hash }) => hash));
  }
});
