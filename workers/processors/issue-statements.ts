import { change } from "@/server/domain/audit/change";
import { sealStatement } from "@/server/domain/statements/seal";
import { issueStatement } from "@/server/domain/statements/statements";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor, SystemContext } from "@/workers/processors/types";

const BATCH = 200;
/** What one run issues at most; the next one goes on. */
const MOST = 10_000;

type Due = { tenant_id: TenantId; wallet_id: string; first_day: string; last_day: string; currency: string };

/**
 * Issues the statement of every month that is over and has none, the oldest first, so that months that were missed are
 * caught up with. Of two workers one issues each. A wallet whose statement is refused does not hold up the others.
 */
export const issueStatements: Processor<"issueStatements"> = async (_payload, ctx) => {
  const failed = new Set<string>();
  for (let issued = 0; issued < MOST; ) {
    // Those that failed stay due; without a look beyond them nothing after would get its turn.
    const due = await ctx.pool.query<Due>("statements_due", "SELECT * FROM statements_due($1)", [BATCH + failed.size]);
    const next = due.filter(({ wallet_id }) => !failed.has(wallet_id));
    if (next.length === 0) break;
    for (const one of next) {
      if (await issue(one, ctx)) issued += 1;
      else failed.add(one.wallet_id);
    }
  }
  await sealLeftOver(ctx);
};

async function issue(due: Due, ctx: SystemContext): Promise<boolean> {
  const { tenant_id: tenantId, wallet_id: walletId, first_day: firstDay, last_day: lastDay, currency } = due;
  const period = { firstDay, lastDay, kind: "month", wallet: { walletId, currency } } as const;
  const actor = { kind: "job", id: "statement.issue", requestId: ctx.jobId } as const;
  try {
    // A month may have a million movements, and is issued in one transaction or not at all.
    await change(ctx.db, { tenantId, actor, action: "statement.issue", patienceMs: 600_000 }, async (tx) => {
      const { number, closingMicros } = await issueStatement(tx, tenantId, period, "job:statement.issue");
      const after = { firstDay, lastDay, closing: String(closingMicros), currency };
      return { subject: `statement:${number}`, after, result: undefined };
    });
    return true;
  } catch (error) {
    ctx.log.error({ error, tenant: tenantId, wallet: walletId, firstDay }, "a statement could not be issued");
    return false;
  }
}

/** Whoever was to make the files did not come to it, or gave up: they can be made from what was issued at any time. */
async function sealLeftOver(ctx: SystemContext): Promise<void> {
  const left = await ctx.pool.query<{ tenant_id: TenantId; statement_id: string }>(
    "statements_unsealed",
    "SELECT * FROM statements_unsealed($1)",
    [BATCH],
  );
  const actor = { kind: "job", id: "statement.seal", requestId: ctx.jobId } as const;
  for (const { tenant_id: tenantId, statement_id: id } of left) {
    await sealStatement(ctx.db, { tenantId, actor }, id).catch((error: unknown) => {
      ctx.log.error({ error, tenant: tenantId, statement: id }, "the files of a statement could not be made");
    });
  }
}
