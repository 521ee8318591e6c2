import { randomUUID } from "node:crypto";
import { z } from "zod";

import type { Json } from "@/server/domain/tasks/tasks";
import type { SqlPool } from "@/server/infra/db/pool";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";

/** Somebody pressed cancel; the work ends where it is. */
export class TaskCancelled extends Error {
  override readonly name = "TaskCancelled";
}

type Report = Readonly<{ done?: number; total?: number; note?: string; checkpoint?: Json }>;

export type TaskRun = Readonly<{
  taskId: string;
  input: unknown;
  /** What the last run reported; null at the first. The work goes on from there and may repeat what came after it. */
  checkpoint: unknown;
  createdBy: string;
  /**
   * Called between bounded steps, at least every few seconds: it also says that this runner is alive.
   * @throws TaskCancelled when the job is to stop.
   * @throws DomainError conflict when the job is another runner's by now.
   */
  report: (report: Report) => Promise<void>;
}>;

/** Does the work and returns what is shown as its result. */
export type TaskWork = (run: TaskRun, ctx: TenantContext) => Promise<Json>;

type Taken = { kind: string; input: unknown; checkpoint: unknown; created_by: string; cancel_requested: boolean };

/**
 * Runs one long job to its end and writes down how it went. Of two runners one works; a job whose runner died is taken
 * over half a minute after its last word, from its checkpoint.
 * @throws DomainError conflict while another runner is alive, which is worth another try.
 * @throws whatever the work throws and is no DomainError, so that the queue tries again.
 */
export async function runTask(
  ctx: TenantContext,
  taskId: string,
  works: Readonly<Partial<Record<string, TaskWork>>>,
): Promise<void> {
  const runner = randomUUID();
  const [task] = await ctx.pool.query<Taken>("task_take", "SELECT * FROM task_take($1, $2)", [taskId, runner]);
  if (!task) {
    if (await isGoingOn(ctx, taskId)) throw new DomainError("conflict", { task: taskId });
    return;
  }
  const end = (state: string, result: Json | null, error: string | null) =>
    ctx.pool.query("task_end", "SELECT task_end($1, $2, $3, $4, $5)", [
      taskId,
      runner,
      state,
      result === null ? null : JSON.stringify(result),
      error,
    ]);
  const work = works[task.kind];
  if (!work) return void (await end("failed", null, "This version does not know that kind of job."));
  const { kind: _, created_by: createdBy, cancel_requested: cancelled, ...rest } = task;
  const run = { taskId, createdBy, ...rest, report: (given: Report) => report(ctx, taskId, runner, given) };
  try {
    if (cancelled) throw new TaskCancelled();
    await end("done", await work(run, ctx), null);
  } catch (error) {
    if (error instanceof TaskCancelled) return void (await end("cancelled", null, null));
    if (error instanceof DomainError && error.code !== "conflict") {
      return void (await end("failed", null, error.sentence));
    }
    ctx.log.warn({ error, task: taskId, kind: task.kind }, "a long job stopped; trying again from its checkpoint");
    // The next try need not wait for the lease of this one.
    await release(ctx, taskId, runner);
    throw error;
  }
}

async function report(ctx: TenantContext, taskId: string, runner: string, given: Report): Promise<void> {
  const { done, total, note, checkpoint } = given;
  const text = "SELECT task_report($1, $2, $3, $4, $5, $6) AS answer";
  const values = [taskId, runner, done, total, note, checkpoint === undefined ? null : JSON.stringify(checkpoint)];
  const [row] = await ctx.pool.query<{ answer: string }>("task_report", text, values);
  if (row?.answer === "cancel") throw new TaskCancelled();
  if (row?.answer !== "go on") throw new DomainError("conflict", { task: taskId });
}

async function release(ctx: TenantContext, taskId: string, runner: string): Promise<void> {
  await ctx.pool.query("task_release", "SELECT task_release($1, $2)", [taskId, runner]).catch(() => {});
}

async function isGoingOn(ctx: TenantContext, taskId: string): Promise<boolean> {
  const [row] = await ctx.pool.query<{ running: boolean }>("task_running", "SELECT task_running($1) AS running", [
    taskId,
  ]);
  return row?.running ?? false;
}

const queuedSchema = z.object({ payload: z.object({ taskId: z.uuid() }) });

/** Marks a job failed that the queue will not try again, unless a runner is alive; people may then let it go on. */
export async function giveUpTask(pool: SqlPool, data: unknown): Promise<void> {
  const { payload } = queuedSchema.parse(data);
  const text = "The workers gave this job up after several tries. It can go on from where it is.";
  await pool.query("task_give_up", "SELECT task_give_up($1, $2)", [payload.taskId, text]);
}
