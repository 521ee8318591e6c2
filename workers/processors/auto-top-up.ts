import { change } from "@/server/domain/audit/change";
import { type Begun, beginAutoTopUp, chargeEvent } from "@/server/domain/payments/auto-top-up";
import { receiveEvent } from "@/server/domain/payments/receive-event";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import { decimalOf } from "@/server/kernel/money";
import type { Processor, TenantContext } from "@/workers/processors/types";

/** Nothing was changed, so nothing is to be committed and nothing stands in the trail. */
class Unchanged extends Error {
  override readonly name = "Unchanged";
  constructor(readonly begun: Begun) {
    super(begun.verdict);
  }
}

/**
 * Charges the saved card when credit is below the threshold. The payment's id is the provider's key: whoever repeats this,
 * at once or after a crash, charges nothing twice, and the answer is booked once.
 * @throws DomainError payment_provider_away, worth another try: what happened there is unknown.
 */
export const autoTopUp: Processor<"autoTopUp"> = async (_payload, ctx) => {
  const provider = ctx.payments;
  // Nothing can be charged; the settings stay, and whoever looks at them sees that there is no provider.
  if (!provider) return;
  const { verdict, walletId, ask } = await begin(ctx, provider);
  if (verdict === "enough" && walletId) await ctx.pool.query("levels_look", "SELECT levels_look($1)", [walletId]);
  if (!ask) return;
  const event = chargeEvent(ask, await provider.chargeSavedCard(ask));
  if (!event) return;
  const { outcome } = await receiveEvent(ctx.db, provider.name, event);
  ctx.log.info({ payment: ask.paymentId, outcome }, "a saved card was charged");
};

async function begin({ db, tenantId, jobId }: TenantContext, provider: PaymentProvider): Promise<Begun> {
  const actor = { kind: "job", id: "payments.auto_top_up", requestId: jobId } as const;
  try {
    return await change(db, { tenantId, actor, action: "billing.auto_top_up" }, async (tx) => {
      const begun = await beginAutoTopUp(tx, provider.name);
      const { verdict, ask } = begun;
      if (verdict !== "charge" && verdict !== "paused" && verdict !== "capped") throw new Unchanged(begun);
      const after = { outcome: verdict, ...(ask ? { amount: decimalOf(ask.amount), currency: ask.currency } : {}) };
      return { subject: ask ? `payment:${ask.paymentId}` : `tenant:${tenantId}`, after, result: begun };
    });
  } catch (error) {
    if (error instanceof Unchanged) return error.begun;
    throw error;
  }
}
