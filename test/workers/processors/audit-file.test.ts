import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { readAnchor } from "@/server/domain/audit/anchor-line";
import { change } from "@/server/domain/audit/change";
import { createLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { anchorAuditHeads } from "@/workers/processors/anchor-audit-heads";
import { appendAuditFile } from "@/workers/processors/append-audit-file";
import type { SystemContext } from "@/workers/processors/types";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let acme: Tenancy;
let beta: Tenancy;
let folder: string;
let said: string[];
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  beta = await make.tenant("customer", operator, { slug: "beta" });
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "audit-file-"));
  said = [];
  return () => rmSync(folder, { recursive: true, force: true });
});
afterAll(() => db.drop());

const copy = () => path.join(folder, "audit.jsonl");
const heads = () => path.join(folder, "heads.jsonl");
const context = (more: Partial<SystemContext["settings"]> = {}): SystemContext => ({
  jobId: randomUUID(),
  db: db.app,
  pool: db.pool,
  ami: undefined,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  log: createLogger({ name: "test", level: "error", destination: { write: (line) => said.push(line) } }),
  pbx: "pbx1",
  settings: {
    appUrl: "https://portal.example",
    securityEventRetentionDays: 90,
    auditFile: copy(),
    auditAnchorFile: heads(),
    ...more,
  },
});
const act = (tenant: Tenancy, times = 1) =>
  Array.from({ length: times }).reduce<Promise<void>>(async (before) => {
    await before;
    const actor = { kind: "cli", id: "test", requestId: randomUUID() } as const;
    await change(db.app, { tenantId: tenant.tenantId as TenantId, actor, action: "extension.edit" }, async () => ({
      subject: "extension:1",
      after: { note: "x".repeat(200) },
      result: undefined,
    }));
  }, Promise.resolve());
const linesOf = (file: string) => readFileSync(file, "utf8").trim().split("\n");

test("the heads of the chains that grew are noted in a file of their own, and only those", async () => {
  await act(acme, 3);
  await anchorAuditHeads({}, context());
  await anchorAuditHeads({}, context());
  const first = linesOf(heads()).map(readAnchor);
  expect(first.filter((line) => line?.tenantId === acme.tenantId)).toHaveLength(1);
  await act(beta);
  await anchorAuditHeads({}, context());
  const added = linesOf(heads()).slice(first.length).map(readAnchor);
  expect(added.map((line) => line?.tenantId)).toEqual([beta.tenantId]);
  expect(statSync(heads()).mode & 0o777).toBe(0o600);
});

test("a full copy is put aside under the time, nothing is lost between the two, and very old ones go", async () => {
  const old = `${copy()}.20200101T000000000Z`;
  const foreign = `${copy()}.notes`;
  for (const file of [old, foreign]) {
    writeFileSync(file, "kept\n");
    utimesSync(file, new Date("2020-01-01"), new Date("2020-01-01"));
  }
  const full = { auditFileMaxBytes: 1_500, auditRetentionDays: 365 };
  for (let n = 0; n < 4; n += 1) {
    await act(acme, 2);
    await appendAuditFile({}, context(full));
  }
  const files = readdirSync(folder).filter((name) => /audit\.jsonl(\.\d{8}T\d{9}Z)?$/.test(name));
  expect(files.length).toBeGreaterThan(1);
  expect(readdirSync(folder)).not.toContain(path.basename(old));
  expect(readdirSync(folder)).toContain(path.basename(foreign));
  const seqs = files
    .flatMap((name) => linesOf(path.join(folder, name)))
    .map((line) => JSON.parse(line) as { tenant_id: string; seq: string })
    .filter(({ tenant_id }) => tenant_id === acme.tenantId)
    .map(({ seq }) => Number(seq))
    .toSorted((a, b) => a - b);
  expect(seqs).toEqual(seqs.map((_seq, at) => at + 1));
  for (const name of files) expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
});

test("a chain that was cut and sealed again is found against the file, and told to the log and the metrics", async () => {
  await act(acme, 5);
  await Promise.all([appendAuditFile({}, context()), anchorAuditHeads({}, context())]);
  const verify = (file: string) => runCli(db.appUrl, ["audit", "verify", "--against", file, "--json"]);
  const whole = await verify(heads());
  expect(whole).toMatchObject({ code: 0 });
  expect(JSON.parse(whole.out)).toMatchObject({ ok: true, against: [{ ok: true, unreadable: 0, broken: [] }] });

  const [top] = await make.sql<{ seq: string }>("SELECT seq::text FROM audit_head WHERE tenant_id = $1", [
    acme.tenantId,
  ]);
  const last = Number(top?.seq);
  await make.sql("DELETE FROM audit_event WHERE tenant_id = $1 AND seq > $2", [acme.tenantId, last - 2]);
  await make.sql(
    "UPDATE audit_head SET seq = $2, hash = (SELECT hash FROM audit_event WHERE tenant_id = $1 AND seq = $2) WHERE tenant_id = $1",
    [acme.tenantId, last - 2],
  );
  // Inside the database it looks whole.
  expect(await jsonOf(db.appUrl, ["audit", "verify"])).toMatchObject({ ok: true });
  for (const file of [heads(), copy()]) {
    const { code, out } = await verify(file);
    expect(code).toBe(1);
    const [against] = (JSON.parse(out) as { against: { broken: unknown[] }[] }).against;
    expect(against?.broken).toContainEqual({ tenant: "acme", seq: last, what: "missing" });
  }
  await appendAuditFile({}, context());
  expect(said.join("")).toContain("shorter than its copy");
  expect(await make.sql("SELECT cut FROM audit_gauges()", [])).toEqual([{ cut: 1 }]);

  const none = await runCli(db.appUrl, ["audit", "verify", "--against", path.join(folder, "nothing"), "--json"]);
  expect(none.code).not.toBe(0);
  expect(none.out).toContain("no such file");
});

test("the trail is written as a file that only its writer reads, never over another, and says that it was", async () => {
  await act(beta, 3);
  const out = path.join(folder, "beta.csv");
  const words = ["audit", "export", "--tenant", "beta", "--format", "csv", "--action", "extension", "--out", out];
  expect(await jsonOf(db.appUrl, words)).toMatchObject({ tenant: "beta", format: "csv", file: out });
  expect(statSync(out).mode & 0o777).toBe(0o600);
  const [header, ...rows] = linesOf(out);
  expect(header).toBe("seq,at,actor_kind,actor,acting_for,action,subject,outcome,address,request_id,before,after");
  expect(rows.length).toBeGreaterThanOrEqual(3);
  expect(await runCli(db.appUrl, [...words, "--json"])).toMatchObject({ code: 1 });
  const trail = await make.sql("SELECT after FROM audit_event WHERE tenant_id = $1 AND action = 'audit.export'", [
    beta.tenantId,
  ]);
  expect(trail).toEqual([{ after: { format: "csv", action: "extension" } }]);
});
