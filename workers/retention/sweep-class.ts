import { setTimeout as pause } from "node:timers/promises";

import type { RetentionAction, RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import type { SystemContext } from "@/workers/processors/types";
import { pseudonymiseCalls } from "@/workers/retention/pseudonymise-calls";

type Due = Readonly<{ tenant_id: string; action: RetentionAction; cutoff: Date }>;
export type Swept = Readonly<{ removed: bigint; held: bigint }>;

const BATCH = 2_000;
/** A batch of the trail has its own receipt, so it is larger; a deck may have a quarter of a million rows, so it is one. */
const batchOf: Partial<Record<RetentionClass, number>> = { audit: 10_000, evidence: 20 };
const LONGEST_PAUSE_MS = 200;

/**
 * Sweeps one class at every tenant where something is older than its policy: whole months first, then batches that hold no
 * lock for long, with a pause as long as the batch took, so that calls get at least half of the machine. Each batch counts
 * itself where it happens: whoever is killed in between leaves nothing to do twice.
 * @returns how many rows went and how many were held back.
 */
export async function sweepClass(ctx: SystemContext, of: RetentionClass): Promise<Swept> {
  await dropMonths(ctx, of);
  let [removed, held] = [0n, 0n];
  const due = await ctx.db.$queryRaw<Due[]>`SELECT tenant_id, action, cutoff FROM retention_due(${of})`;
  for (const one of due) {
    const swept = await sweepTenant(ctx, of, one);
    removed += swept.removed;
    held += swept.held;
  }
  return { removed, held };
}

/** A month may have ten million rows to count, so it has more time than what calls wait for. */
async function dropMonths({ db, log }: SystemContext, of: RetentionClass): Promise<void> {
  for (;;) {
    const [row] = await db.$queryRaw<
      { part: string | null; removed: bigint | null }[]
    >`SELECT * FROM retention_drop_month(${of})`;
    if (!row?.part) return;
    log.info({ month: row.part, rows: Number(row.removed) }, "a month was let go");
  }
}

async function sweepTenant(ctx: SystemContext, of: RetentionClass, due: Due): Promise<Swept> {
  const { pool, db, jobId } = ctx;
  const [begun] = await pool.query<{ id: string | null }>(
    "retention_begin",
    "SELECT retention_begin($1, $2, $3, $4) AS id",
    [of, due.tenant_id, due.action, due.cutoff],
  );
  if (!begun?.id) return { removed: 0n, held: 0n };
  if (of === "calls") await pseudonymiseCalls(ctx, begun.id, due.tenant_id);
  else await takeBatches(ctx, begun.id, batchOf[of] ?? BATCH);
  const [ended] = await db.$queryRaw<Swept[]>`SELECT removed, held FROM retention_end(${begun.id}::uuid, ${jobId})`;
  return ended ?? { removed: 0n, held: 0n };
}

async function takeBatches({ db }: SystemContext, sweepId: string, rows: number): Promise<void> {
  for (;;) {
    const began = performance.now();
    // Through the pool that waits as long as it takes: a deck, or a batch on a slow disk, may need more than a call's patience.
    const [step] = await db.$queryRaw<{ n: number }[]>`SELECT retention_step(${sweepId}::uuid, ${rows}::int) AS n`;
    if (!step || step.n === 0) break;
    await pause(Math.min(LONGEST_PAUSE_MS, performance.now() - began));
  }
}
