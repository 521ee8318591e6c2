import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { evidenceFile } from "@/server/api/evidence-file";
import { checkZip } from "@/server/domain/evidence/verify";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { takeEvidence } from "@/workers/processors/take-evidence";

let db: TestDatabase;
let on: Stage;
let folder: string;
const tenantSlug = "operator";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "evidence-file-"));
  db = await createDatabase();
  on = await stage(db);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

const get = (userId: string | undefined, slug: string, number: string, headers: Record<string, string> = {}) =>
  evidenceFile(contextFor(db.app, userId), { tenantSlug: slug, number, headers: new Headers(headers) });
const trail = (action: string) =>
  on.sql<{ subject: string; outcome: string }>(
    "SELECT subject, outcome FROM audit_event WHERE tenant_id = $1 AND action = $2 ORDER BY seq",
    [on.operator.tenantId, action],
  );

test("a person asks for evidence, the workers take it once, and it is given to whoever may have it", async () => {
  const desk = on.as("operator");
  const { id: incidentId } = await desk.incidents.open({ tenantSlug, title: "Strange calls", severity: "high" });
  await desk.evidence.ask({ tenantSlug, incidentId, reason: "The customer called" });
  const [job] = await on.sql<{ payload: { incidentId: string; line: number } }>(
    "SELECT payload FROM outbox_job WHERE job_name = 'evidence.take'",
  );
  if (!job) throw new Error("no job");
  const ctx = {
    jobId: "j",
    db: db.app,
    pool: db.pool,
    ami: undefined,
    log: silentLogger,
    pbx: "pbx1",
    tenantId: on.operator.tenantId as TenantId,
  } as never;
  await takeEvidence(job.payload, ctx);
  await takeEvidence(job.payload, ctx);
  const rows = await desk.evidence.list({ tenantSlug, incidentId });
  expect(rows).toMatchObject([{ number: 1, reason: "The customer called", takenBy: "Somebody" }]);

  const response = await get(on.owners.operator, "operator", "1");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="evidence-1-incident-\d+\.zip"$/);
  expect(response.headers.get("cache-control")).toBe("private, no-store");
  expect(checkZip(Buffer.from(await response.arrayBuffer()))).toMatchObject({ ok: true, sha256: rows[0]?.sha256 });
  expect(await trail("evidence.download")).toEqual([{ subject: `evidence:${rows[0]?.id}`, outcome: "ok" }]);
});

test("nobody else gets it, and what was refused stands in the trail", async () => {
  const support = await on.person(on.operator, "support");
  expect((await get(undefined, "operator", "1")).status).toBe(401);
  expect((await get(on.owners.operator, "operator", "1", { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await get(on.owners.customer, "operator", "1")).status).toBe(404);
  expect((await get(on.owners.customer, "acme", "1")).status).toBe(404);
  for (const number of ["2", "0", "-1", "1e9", "../1", "99999999999999999999"]) {
    expect((await get(on.owners.operator, "operator", number)).status).toBe(404);
  }
  expect((await get(support, "operator", "1")).status).toBe(403);
  expect(await trail("permission.deny")).toEqual([{ subject: "file:evidence.1", outcome: "denied" }]);
  expect((await trail("evidence.download")).filter(({ outcome }) => outcome === "failed")).toHaveLength(6);
});

test("the command line takes, lists, writes and checks the same", async () => {
  const { number } = await on.as("operator").incidents.open({ tenantSlug, title: "By night", severity: "low" });
  const words = ["evidence", "take", number, "--reason", "Nobody answers", "--wait", "0"];
  const taken = await jsonOf<{ snapshot: number; sha256: string }>(db.appUrl, words);
  const list = await jsonOf<{ snapshot: number; sha256: string }[]>(db.appUrl, [
    "evidence",
    "list",
    "--incident",
    number,
  ]);
  expect(list).toMatchObject([{ snapshot: taken.snapshot, sha256: taken.sha256, reason: "Nobody answers" }]);
  const file = path.join(folder, "a.zip");
  await jsonOf(db.appUrl, ["evidence", "export", String(taken.snapshot), "--out", file]);
  expect((await runCli(db.appUrl, ["evidence", "export", String(taken.snapshot), "--out", file])).code).toBe(1);
  expect(await jsonOf(db.appUrl, ["evidence", "verify", file, "--against", "database"])).toMatchObject({
    ok: true,
    problems: [],
  });
  expect((await runCli(undefined, ["evidence", "verify", path.join(folder, "none.zip")])).code).toBe(1);
});
