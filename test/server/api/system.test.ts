import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { forgetWorker, saveBeat, type WorkerReport } from "@/server/domain/system/workers";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const operator = { tenantSlug: "operator" };
const report = (more: Partial<WorkerReport> = {}): WorkerReport => ({
  version: "1.2.3",
  node: "20.19.0",
  memoryBytes: 120_000_000,
  calls: { live: 2, endsWaiting: 0, endsDropped: 0 },
  ami: null,
  queue: { backend: "redis", there: true, waiting: 1, active: 0, delayed: 3, failed: 1 },
  failed: [
    { id: "job-1", name: "mail.send", tenantId: on.customer.tenantId, attempts: 14, why: "refused", at: new Date() },
  ],
  mail: true,
  payments: "test",
  ...more,
});
const beat = (id: string, more: Partial<WorkerReport> = {}) =>
  saveBeat(db.pool, { id, pbx: "pbx1", startedAt: new Date(), report: report(more) });

describe("the system page", () => {
  test("shows what each worker said last, whose the failed jobs are, and what waits in the database", async () => {
    await beat("w1", { memoryBytes: 1 });
    await beat("w1");
    const { workers, tenants, database } = await on.as("operator").system.get(operator);
    expect(workers).toMatchObject([{ id: "w1", pbx: "pbx1", memoryBytes: 120_000_000, queue: { failed: 1 } }]);
    expect(tenants).toEqual({ [on.customer.tenantId]: "acme" });
    expect(database.bytes).toBeGreaterThan(1_000_000);
    await forgetWorker(db.pool, "w1");
    expect((await on.as("operator").system.get(operator)).workers).toEqual([]);
  });

  test("leaves out what another version wrote, and forgets a worker of the day before", async () => {
    await db.owner.query(
      `INSERT INTO worker_state VALUES ('newer', 'pbx1', now(), now(), '{"version": 9}'), ('old', 'pbx1', now(), now() - interval '25 hours', '{}')`,
    );
    await beat("w2");
    expect((await on.as("operator").system.get(operator)).workers.map(({ id }) => id)).toEqual(["w2"]);
    expect((await on.sql("SELECT id FROM worker_state ORDER BY id")).length).toBe(2);
  });

  test("counts what the carrier did within the hour, apart from people who do not answer", async () => {
    const call = (cause: number, more = "") =>
      on.sql(
        `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, outcome, started_at, ended_at, answered_at, hangup_cause, currency)
         VALUES ($1, 'pbx1', $2, 'external', '4930', 'ended', 'failed', now(), now(), ${more || "NULL"}, $3, 'EUR')`,
        [on.customer.tenantId, randomUUID(), cause],
      );
    await call(16, "now()");
    await call(17);
    await call(34);
    await call(38);
    expect((await on.as("operator").system.get(operator)).trunk).toMatchObject({ calls: 4, answered: 1, failed: 2 });
  });

  test("lists long jobs of all tenants, those that go on or failed before those that are done", async () => {
    for (const [state, title] of [
      ["done", "c"],
      ["failed", "b"],
      ["running", "a"],
    ]) {
      await on.sql(
        "INSERT INTO task (tenant_id, kind, title, state, created_by) VALUES ($1, 'deck.import', $2, $3, 'test')",
        [on.reseller.tenantId, title, state],
      );
    }
    const { items } = await on.as("operator").system.tasks(operator);
    expect(items.map(({ title, tenantSlug }) => `${title} ${tenantSlug}`)).toEqual([
      "a reseller",
      "b reseller",
      "c reseller",
    ]);
  });

  test("asks for a job once more through the outbox, recorded", async () => {
    await on.as("operator").system.retryJob({ ...operator, jobId: "job-1" });
    expect(await on.sql("SELECT payload FROM outbox_job WHERE job_name = 'queue.retry'")).toEqual([
      { payload: { jobId: "job-1" } },
    ]);
    expect(await on.sql("SELECT subject FROM audit_event WHERE action = 'system.retry_job'")).toEqual([
      { subject: "job:job-1" },
    ]);
  });

  test("is the operator's: a reseller sees nothing of it, neither by the page nor by the database", async () => {
    const reseller = on.as("reseller").system;
    const there = { tenantSlug: "reseller" };
    for (const ask of [
      () => reseller.get(there),
      () => reseller.tasks(there),
      () => reseller.retryJob({ ...there, jobId: "x" }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ message: "forbidden" });
    }
    await on.sql("SELECT set_config('app.tenant_id', $1, false)", [on.reseller.tenantId]);
    expect(await on.sql("SELECT * FROM workers_state()")).toEqual([]);
    expect(await on.sql("SELECT system_state() AS state")).toEqual([{ state: null }]);
    await expect(db.pool.query("direct", "SELECT * FROM worker_state", [])).rejects.toMatchObject({ code: "42501" });
  });
});
