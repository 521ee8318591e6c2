import { change } from "@/server/domain/audit/change";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor, SystemContext } from "@/workers/processors/types";

const BATCH = 2_000;
const DAY_MS = 86_400_000;
/** A deck that nobody applied is dropped; of one that was, the rows and the differences are kept for a month to look at. */
const deckDays = { abandoned: 7, done: 30 } as const;
/** The longest window of a rule is a day. */
const COUNTER_DAYS = 2;
/** Sessions and invitations that ended long ago are of use to nobody; done jobs are kept a day to look at, what mails said a quarter. */
const days = { session: 30, invitation: 30, outbox_job: 1, mail: 90 } as const;

/**
 * Deletes what retention lets go, in batches that hold no lock for long. What was deleted is noted once, with counts, in
 * the operator's trail. Safe to repeat.
 */
export const sweepRetention: Processor<"sweepRetention"> = async (_payload, ctx) => {
  const keep = { security_event: ctx.settings.securityEventRetentionDays, ...days };
  const counts: Record<string, number> = {};
  for (const [what, keepDays] of Object.entries(keep)) {
    const before = new Date(Date.now() - keepDays * DAY_MS);
    for (let swept = BATCH; swept === BATCH; ) {
      const [row] = await ctx.pool.query<{ n: number }>("sweep", "SELECT sweep($1, $2, $3) AS n", [
        what,
        before,
        BATCH,
      ]);
      swept = row?.n ?? 0;
      counts[what] = (counts[what] ?? 0) + swept;
    }
  }
  counts["deck"] = await sweepDecks(ctx);
  await ctx.pool.query("ban_attempts_forget", "SELECT ban_attempts_forget($1)", [new Date(Date.now() - DAY_MS)]);
  await ctx.pool.query("signals_forget", "SELECT signals_forget($1)", [new Date(Date.now() - COUNTER_DAYS * DAY_MS)]);
  const { outbox_job: _jobs, ...noted } = counts;
  if (Object.values(noted).every((count) => count === 0)) return;
  const [operator] = await ctx.pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
  if (!operator?.id) return;
  const actor = { kind: "job", id: "retention.sweep", requestId: ctx.jobId } as const;
  await change(ctx.db, { tenantId: operator.id, actor, action: "retention.sweep" }, async () => ({
    subject: "retention:all",
    after: noted,
    result: undefined,
  }));
};

/** One at a time: a deck may have a quarter of a million rows. */
async function sweepDecks({ db }: SystemContext): Promise<number> {
  const before = (kept: number) => new Date(Date.now() - kept * DAY_MS);
  for (let decks = 0; ; decks += 1) {
    const [row] = await db.$queryRaw<{ n: number }[]>`
      SELECT deck_sweep(${before(deckDays.abandoned)}::timestamptz, ${before(deckDays.done)}::timestamptz) AS n`;
    if (!row || row.n === 0) return decks;
  }
}
