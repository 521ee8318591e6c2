import { change } from "@/server/domain/audit/change";
import { refundTold, refundToTell } from "@/server/domain/payments/refunds";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";
import type { Processor } from "@/workers/processors/types";

/**
 * Tells the provider of a refund, under a key of its own: a repeat pays nothing twice. What failed is back in the wallet.
 * @throws DomainError payment_provider_away, worth another try.
 */
export const refundPayment: Processor<"refundPayment"> = async ({ reversalId }, ctx) => {
  const { db, tenantId } = ctx;
  const told = await readTenant(db, { tenantId }, (tx) => refundToTell(tx, tenantId, reversalId));
  if (!told) return;
  const provider = ctx.payments;
  // Another provider than the one that took the money cannot give it back: that needs a person, and the row stays visible.
  if (provider?.name !== told.provider) throw new DomainError("payments_off", { provider: told.provider });
  const said = await provider.refund(told.ask);
  const actor = { kind: "job", id: "payments.refund", requestId: ctx.jobId } as const;
  await change(db, { tenantId, actor, action: "billing.refund" }, async (tx) => {
    const outcome = await refundTold(tx, reversalId, said, "job:payments.refund");
    return {
      subject: `payment:${told.ask.paymentId}`,
      after: { refund: reversalId, outcome, failed: said.failed },
      result: outcome,
    };
  });
};
