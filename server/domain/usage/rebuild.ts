import { z } from "zod";

import { createTask } from "@/server/domain/tasks/tasks";
import { addDays, daysOf } from "@/server/domain/usage/period.schema";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

const inputSchema = z.object({ from: z.iso.date(), to: z.iso.date() });
export type RebuildInput = z.output<typeof inputSchema>;
const checkpointSchema = z.object({ next: z.iso.date(), calls: z.number() });

/**
 * Which days of UTC can be made anew: from the first call on record, or the first day that retention left whole, until today.
 * @param from the first day wanted; an earlier one than can be is moved.
 * @throws DomainError invalid_state when there is no call; invalid_input for a day after today.
 */
export async function planRebuild(tx: TenantRead, from: string | undefined, now = new Date()): Promise<RebuildInput> {
  const [row] = await tx.$queryRaw<{ first: string | null }[]>`SELECT usage_rebuild_from()::text AS first`;
  const to = now.toISOString().slice(0, 10);
  if (!row?.first) throw new DomainError("invalid_state", {}, "There is no call to make sums of.");
  const first = from !== undefined && from > row.first ? from : row.first;
  if (first > to)
    throw new DomainError("invalid_input", { field: "from" }, "That day is not over: choose an earlier one.");
  return { from: first, to };
}

/** Queues the rebuild as a long job of the operator. @returns the job's id. */
export const startRebuild = (
  tx: TenantWrite,
  operatorId: TenantId,
  input: RebuildInput,
  createdBy: string,
): Promise<string> =>
  createTask(tx, operatorId, {
    kind: "usage.rebuild",
    title: `Make the sums of calls anew from ${input.from} to ${input.to}`,
    input,
    total: daysOf(input),
    createdBy,
  });

type Report = (
  state: Readonly<{ done: number; total: number; note: string; checkpoint: z.output<typeof checkpointSchema> }>,
) => Promise<void>;

/**
 * Makes the sums anew, a day in each transaction, or less where calls are many; people read the old or the new
 * sums of it, never a mixture. What is done twice is the same, so a run that was killed goes on from its checkpoint.
 * @throws whatever `report` throws, between transactions.
 */
export async function rebuildUsage(
  pool: SqlPool,
  input: unknown,
  checkpoint: unknown,
  report: Report,
): Promise<{ days: number; calls: number }> {
  const span = inputSchema.parse(input);
  const total = daysOf(span);
  const begun = checkpointSchema.safeParse(checkpoint);
  let { next, calls } = begun.success ? begun.data : { next: span.from, calls: 0 };
  for (; next <= span.to; next = addDays(next, 1)) {
    const state = { done: daysOf({ from: span.from, to: next }) - 1, total, note: next, checkpoint: { next, calls } };
    calls += await rebuildDay(pool, next, () => report(state));
  }
  await report({ done: total, total, note: "", checkpoint: { next, calls } });
  return { days: total, calls };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Calls of one transaction: folding waits for it, and a statement has seconds. */
const MOST_CALLS = 10_000;

/** The whole day at once where calls are few, else by the hour, and a busy hour by its quarters. */
async function rebuildDay(pool: SqlPool, day: string, tick: () => Promise<void>): Promise<number> {
  const begin = Date.parse(`${day}T00:00:00Z`);
  const within = async (from: number, stretch: number): Promise<number> => {
    await tick();
    const [most, smaller] =
      stretch === DAY_MS ? [MOST_CALLS, HOUR_MS] : [stretch === HOUR_MS ? MOST_CALLS : 2 ** 31 - 1, HOUR_MS / 4];
    const values = [new Date(from), new Date(from + stretch), most];
    const [row] = await pool.query<{ n: string | null }>(
      "usage_rebuild",
      "SELECT usage_rebuild($1, $2, $3)::text AS n",
      values,
    );
    if (typeof row?.n === "string") return Number(row.n);
    let calls = 0;
    for (let at = from; at < from + stretch; at += smaller) calls += await within(at, smaller);
    return calls;
  };
  return within(begin, DAY_MS);
}
