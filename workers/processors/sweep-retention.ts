import { type RetentionClass, retentionClasses } from "@/server/domain/retention/retention-kinds.schema";
import type { Processor, SystemContext } from "@/workers/processors/types";
import { sweepClass } from "@/workers/retention/sweep-class";

const DAY_MS = 86_400_000;

/**
 * Lets go of what is older than its policy, class by class, and makes the months that come next. What a class took away is
 * written into the trail of each tenant. One class that fails does not keep the others; the job is tried again for it.
 * Safe to repeat and to run twice at once.
 */
export const sweepRetention: Processor<"sweepRetention"> = async (_payload, ctx) => {
  const failed: unknown[] = [];
  await makeMonths(ctx).catch((error: unknown) => failed.push(error));
  await houseDays(ctx);
  await forgetCounters(ctx).catch((error: unknown) => failed.push(error));
  await forgetErasures(ctx).catch((error: unknown) => failed.push(error));
  for (const of of retentionClasses) await sweepOne(ctx, of).catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw failed[0];
};

/** Somebody pressed "run now". */
export const sweepRetentionNow: Processor<"sweepRetentionNow"> = (_payload, ctx) => sweepRetention({}, ctx);

async function sweepOne(ctx: SystemContext, of: RetentionClass): Promise<void> {
  const note = (removed: bigint, held: bigint, error: string) =>
    ctx.db.$queryRaw`SELECT retention_note(${of}, ${removed}, ${held}, ${error})::text`;
  try {
    const { removed, held } = await sweepClass(ctx, of);
    await note(removed, held, "");
  } catch (error) {
    ctx.log.error({ error, class: of }, "retention could not finish a class; it goes on with the next run");
    await note(0n, 0n, error instanceof Error ? error.message : "unknown").catch(() => {});
    throw error;
  }
}

/** This month and the next two. Without one, rows wait in the rest, which is slower to take away; nothing is lost. */
async function makeMonths({ pool, log }: SystemContext): Promise<void> {
  const made = await pool.query<{ name: string; at: Date }>(
    "months_make",
    "SELECT m.name, m.at FROM months_missing() m WHERE month_make(m.name, m.at)",
    [],
  );
  for (const { name, at } of made) log.info({ table: name, month: at.toISOString().slice(0, 7) }, "a month was made");
}

/** Counters that nothing looks at any more; what they led to is kept where it belongs. */
async function forgetCounters({ pool }: SystemContext): Promise<void> {
  const before = (days: number) => new Date(Date.now() - days * DAY_MS);
  await pool.query("ban_attempts_forget", "SELECT ban_attempts_forget($1)", [before(1)]);
  // The longest window of a rule is a day.
  await pool.query("signals_forget", "SELECT signals_forget($1)", [before(2)]);
}

/** Whom an erasure was about that failed or was stopped: after a week nobody goes on with it. */
const forgetErasures = ({ pool }: SystemContext) => pool.query("erasure_forget", "SELECT erasure_forget()", []);

/** The environment says what the house keeps where nobody set a policy. */
async function houseDays({ pool, settings }: SystemContext): Promise<void> {
  const days: readonly (readonly [RetentionClass, number | undefined])[] = [
    ["security_events", settings.securityEventRetentionDays],
    ["audit", settings.auditRetentionDays],
  ];
  for (const [of, keep] of days) {
    if (keep !== undefined) await pool.query("retention_default", "SELECT retention_default($1, $2)", [of, keep]);
  }
}
