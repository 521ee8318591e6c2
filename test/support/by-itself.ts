import { randomUUID } from "node:crypto";

import { silentLogger } from "@/server/infra/log/logger";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import { testProvider } from "@/server/infra/payments/test-provider";
import type { TenantId } from "@/server/kernel/ids";
import { autoTopUp } from "@/workers/processors/auto-top-up";
import { refundPayment } from "@/workers/processors/refund-payment";
import { tellOwners } from "@/workers/processors/tell-owners";
import type { TenantContext } from "@/workers/processors/types";
import type { Tenancy } from "./builders";
import type { TestDatabase } from "./database";
import type { Stage } from "./stage";

const processors = {
  "payments.auto_top_up": (_payload: unknown, ctx: TenantContext) => autoTopUp({}, ctx),
  "balance.tell_owners": (_payload: unknown, ctx: TenantContext) => tellOwners({}, ctx),
  "payments.refund": (payload: unknown, ctx: TenantContext) => refundPayment(payload as { reversalId: string }, ctx),
} as const;
type Job = keyof typeof processors;

/** What happens by itself when credit gets low, with the jobs taken out of the outbox by hand. */
export function byItself(db: TestDatabase, on: Stage) {
  const contextOf = (
    of: Tenancy,
    payments: PaymentProvider | undefined = testProvider({ appUrl: "" }),
  ): TenantContext => ({
    jobId: randomUUID(),
    tenantId: of.tenantId as TenantId,
    db: db.app,
    pool: db.pool,
    ami: undefined,
    payments,
    reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
    log: silentLogger,
    pbx: "pbx1",
    settings: { appUrl: "https://portal.example", securityEventRetentionDays: 1, auditFile: undefined },
  });
  /** Takes what waits of these jobs. */
  const take = (of: Tenancy, job: Job) =>
    on.sql<{ payload: unknown }>(
      "UPDATE outbox_job SET done_at = now() WHERE tenant_id = $1 AND job_name = $2 AND done_at IS NULL RETURNING payload",
      [of.tenantId, job],
    );
  return {
    contextOf,
    take,
    /** Runs what waits of these jobs, all at once; the answer is how many there were. */
    run: async (of: Tenancy, job: Job, payments?: PaymentProvider) => {
      const waiting = await take(of, job);
      await Promise.all(waiting.map(({ payload }) => processors[job](payload, contextOf(of, payments))));
      return waiting.length;
    },
    /** Takes credit out of a wallet with the ledger's own function, on a connection of its own. */
    spend: (of: Tenancy, amount: bigint) =>
      db.pool.query(
        "spend",
        `WITH acting AS MATERIALIZED (SELECT set_config('app.tenant_id', $1, true) AS id)
         SELECT wallet_post($2, 'correction', $3, 'EUR', $4, 'adjustments', '', 'test', NULL) FROM acting WHERE id <> ''`,
        [on.operator.tenantId, of.tenantId, -amount, randomUUID()],
      ),
    card: async (of: Tenancy, what: "works" | "declines" = "works", provider = "test") =>
      (
        await on.one<{ id: string }>(
          `INSERT INTO saved_card (tenant_id, provider, customer_ref, method_ref, brand, last4, exp_month, exp_year)
           VALUES ($1, $2, 'cus_1', $3, 'visa', '4242', 12, 2099) RETURNING id`,
          [of.tenantId, provider, `pm_${randomUUID()}_${what}`],
        )
      ).id,
    charges: (of: Tenancy) =>
      on.sql<{ id: string; state: string; amount: string }>(
        "SELECT id, state, amount_micros::text AS amount FROM payment WHERE tenant_id = $1 AND purpose = 'auto' ORDER BY created_at, id",
        [of.tenantId],
      ),
    mails: (of: Tenancy) =>
      on.sql<{ recipient: string; subject: string; body: string }>(
        "SELECT recipient, subject, body FROM mail WHERE tenant_id = $1 ORDER BY created_at, id",
        [of.tenantId],
      ),
  };
}
