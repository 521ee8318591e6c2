import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { silentLogger } from "@/server/infra/log/logger";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import type { TenantContext } from "@/workers/processors/types";
import { giveUpTask, runTask, type TaskWork } from "@/workers/tasks/run-task";

let db: TestDatabase;
let world: Stage;
let context: TenantContext;
let taskId: string;
beforeAll(async () => {
  db = await createDatabase();
  world = await stage(db);
  context = {
    jobId: randomUUID(),
    tenantId: world.reseller.tenantId as TenantId,
    db: db.app,
    pool: db.pool,
    ami: undefined,
    reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
    log: silentLogger,
    pbx: "pbx1",
    settings: { appUrl: "https://portal.example", securityEventRetentionDays: 90, auditFile: undefined },
  };
});
afterAll(() => db.drop());
beforeEach(async () => {
  ({ id: taskId } = await world.one<{ id: string }>(
    "INSERT INTO task (tenant_id, kind, title, input, created_by) VALUES ($1, 'deck.import', 'A deck', '{\"rows\": 5}', 'test') RETURNING id",
    [world.reseller.tenantId],
  ));
});

const reseller = () => world.as("reseller");
const of = () => ({ tenantSlug: world.reseller.slug, taskId });
const look = () => reseller().tasks.get(of());

/** Counts from its checkpoint to five and remembers each number. */
const counting =
  (seen: number[], before: (n: number) => Promise<void> | void = () => {}): TaskWork =>
  async (run) => {
    const from = (run.checkpoint as { at: number } | null)?.at ?? 0;
    for (let n = from + 1; n <= 5; n += 1) {
      await before(n);
      seen.push(n);
      await run.report({ done: n, total: 5, checkpoint: { at: n } });
    }
    return { counted: seen.length };
  };

test("a job shows how far it is and what came of it", async () => {
  const seen: number[] = [];
  await runTask(context, taskId, { "deck.import": counting(seen) });
  expect(await look()).toMatchObject({ state: "done", done: 5, total: 5, result: { counted: 5 }, error: null });
  await runTask(context, taskId, { "deck.import": counting(seen) });
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test("cancelled between two steps, it keeps what is done and goes on from there", async () => {
  const seen: number[] = [];
  const cancelAtThree = async (n: number) => {
    if (n === 3) await reseller().tasks.cancel(of());
  };
  await runTask(context, taskId, { "deck.import": counting(seen, cancelAtThree) });
  expect(await look()).toMatchObject({ state: "cancelled", done: 3 });
  await expect(reseller().tasks.cancel(of())).rejects.toMatchObject({ message: "invalid_state" });
  await reseller().tasks.resume(of());
  await expect(reseller().tasks.resume(of())).rejects.toMatchObject({ message: "invalid_state" });
  await runTask(context, taskId, { "deck.import": counting(seen) });
  expect(await look()).toMatchObject({ state: "done" });
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test("one that waits is cancelled at once, and its queued run does nothing", async () => {
  await reseller().tasks.cancel(of());
  const seen: number[] = [];
  await runTask(context, taskId, { "deck.import": counting(seen) });
  expect([(await look()).state, seen]).toEqual(["cancelled", []]);
});

test("after a fault the next try goes on from the checkpoint; a refusal is final and is told", async () => {
  const seen: number[] = [];
  const faulty = (n: number) => {
    if (n === 4 && !seen.includes(99)) {
      seen.push(99);
      throw new Error("the line to the database was lost");
    }
  };
  await expect(runTask(context, taskId, { "deck.import": counting(seen, faulty) })).rejects.toThrow("was lost");
  expect((await look()).state).toBe("queued");
  await runTask(context, taskId, { "deck.import": counting(seen, faulty) });
  expect(seen).toEqual([1, 2, 3, 99, 4, 5]);

  await reseller()
    .tasks.resume(of())
    .catch(() => {});
  await world.sql("UPDATE task SET state = 'queued' WHERE id = $1", [taskId]);
  const refused: TaskWork = async () => {
    throw new DomainError("invalid_input", {}, "Line 3 has no prefix.");
  };
  await runTask(context, taskId, { "deck.import": refused });
  expect(await look()).toMatchObject({ state: "failed", error: "Line 3 has no prefix." });
});

test("of two runners one works; a dead one's job is taken over after its lease, and it may not report any more", async () => {
  const seen: number[] = [];
  const second = async (n: number) => {
    if (n === 2) {
      await expect(runTask(context, taskId, { "deck.import": counting(seen) })).rejects.toMatchObject({
        code: "conflict",
      });
    }
    if (n === 4) await world.sql("UPDATE task SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [taskId]);
    if (n === 4) await runTask(context, taskId, { "deck.import": counting(seen) });
  };
  await expect(runTask(context, taskId, { "deck.import": counting(seen, second) })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(seen).toEqual([1, 2, 3, 4, 5, 4]);
  expect(await look()).toMatchObject({ state: "done", done: 5 });
});

test("what the queue gives up is shown as failed and can go on, but never under the hands of a living runner", async () => {
  const job = { tenantId: context.tenantId, payload: { taskId } };
  const seen: number[] = [];
  const early = async (n: number) => {
    if (n === 1) await giveUpTask(db.pool, job);
  };
  await runTask(context, taskId, { "deck.import": counting(seen, early) });
  expect((await look()).state).toBe("done");
  await world.sql("UPDATE task SET state = 'queued' WHERE id = $1", [taskId]);
  await giveUpTask(db.pool, job);
  expect((await look()).state).toBe("failed");
  expect((await reseller().tasks.resume(of())).state).toBe("queued");
});

test("nobody sees or stops another tenant's job", async () => {
  const foreign = { tenantSlug: world.customer.slug, taskId };
  await expect(world.as("customer").tasks.get(foreign)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(world.as("customer").tasks.cancel(foreign)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await world.as("customer").tasks.list({ tenantSlug: world.customer.slug })).items).toEqual([]);
  expect(
    (await reseller().tasks.list({ tenantSlug: world.reseller.slug, active: true })).items.map((t) => t.id),
  ).toContain(taskId);
});
