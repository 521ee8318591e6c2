import { z } from "zod";

import { change } from "@/server/domain/audit/change";
import { type Batch, getBatch, makePart, PART_ROWS } from "@/server/domain/provisioning/batches";
import { numbersText } from "@/server/domain/provisioning/bulk";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";
import type { TaskRun, TaskWork } from "@/workers/tasks/run-task";

const inputSchema = z.object({ batchId: z.uuid() });
const checkpointSchema = z.object({ part: z.number().int().min(0) }).nullable();

/** All of ten thousand in one transaction, on a machine that has other things to do as well. */
const WHOLE_PATIENCE_MS = 180_000;
const MOST_TAKEN = 200;

type Counts = { made: number; taken: string[] };
type Doing = Readonly<{ run: TaskRun; ctx: TenantContext; batchId: string; batch: Batch }>;

/**
 * Makes the extensions of a batch. Partly: part by part, each as a whole, and goes on after the last one when it is resumed.
 * Otherwise all of them in one transaction: stopped, it leaves none behind.
 */
export const importExtensions: TaskWork = async (run, ctx) => {
  const { batchId } = inputSchema.parse(run.input);
  const batch = await readTenant(ctx.db, { tenantId: ctx.tenantId }, (tx) => getBatch(tx, ctx.tenantId, batchId));
  const doing = { run, ctx, batchId, batch };
  const { made, taken } = await (batch.partly ? byParts(doing) : asAWhole(doing));
  return { batchId, made, taken: taken.slice(0, MOST_TAKEN), takenCount: taken.length };
};

const partsOf = ({ rows }: Batch): number => Math.ceil(rows.length / PART_ROWS);
const rowsOf = ({ rows }: Batch, part: number) => rows.slice(part * PART_ROWS, (part + 1) * PART_ROWS);

const onePart = ({ ctx, batchId, batch }: Doing, tx: TenantWrite, part: number) =>
  makePart(tx, ctx.tenantId, { batchId, publicKey: batch.publicKey, part, rows: rowsOf(batch, part) });

function byOf({ run, ctx }: Doing) {
  const actor = { kind: "job", id: "extension.import", requestId: run.taskId } as const;
  return { tenantId: ctx.tenantId, actor, action: "extension.import" } as const;
}

const afterOf = ({ run, batch }: Doing, made: number, taken: readonly string[], rows = batch.rows) => ({
  made,
  numbers: numbersText(rows.map(({ number }) => number).filter((number) => !taken.includes(number))),
  taken: numbersText(taken),
  by: run.createdBy,
});

async function byParts(doing: Doing): Promise<Counts> {
  const { run, ctx, batchId, batch } = doing;
  const from = checkpointSchema.parse(run.checkpoint ?? null)?.part ?? 0;
  const counts: Counts = { made: 0, taken: [] };
  for (let part = 0; part < partsOf(batch); part += 1) {
    const { made, taken } = await change(ctx.db, byOf(doing), async (tx) => {
      const result = await onePart(doing, tx, part);
      const after = afterOf(doing, result.made, result.taken, rowsOf(batch, part));
      return { subject: `batch:${batchId}`, after: result.fresh ? after : { made: 0, again: true }, result };
    });
    counts.made += made;
    counts.taken.push(...taken);
    if (part < from) continue;
    await run.report({ done: Math.min((part + 1) * PART_ROWS, batch.rows.length), checkpoint: { part: part + 1 } });
  }
  return counts;
}

async function asAWhole(doing: Doing): Promise<Counts> {
  const { run, ctx, batchId, batch } = doing;
  return change(ctx.db, { ...byOf(doing), patienceMs: WHOLE_PATIENCE_MS }, async (tx) => {
    const counts: Counts = { made: 0, taken: [] };
    for (let part = 0; part < partsOf(batch); part += 1) {
      const { made, taken } = await onePart(doing, tx, part);
      if (taken.length > 0) throw takenSince(taken);
      counts.made += made;
      await run.report({ done: Math.min((part + 1) * PART_ROWS, batch.rows.length) });
    }
    return { subject: `batch:${batchId}`, after: afterOf(doing, counts.made, []), result: counts };
  });
}

function takenSince(numbers: readonly string[]): DomainError {
  const sentence = `Somebody took ${numbersText(numbers)} in between, so none was made. Take those out and start again.`;
  return new DomainError("number_taken", { count: numbers.length }, sentence);
}
