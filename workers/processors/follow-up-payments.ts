import { receiveEvent } from "@/server/domain/payments/receive-event";
import { lookEvent, takeUnsettled, type Unsettled } from "@/server/domain/payments/unsettled";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import type { Processor, SystemContext } from "@/workers/processors/types";

const AT_ONCE = 50;

/**
 * Looks once a minute at what time changes and what may have been lost on the way: levels of credit, payments of which the
 * provider told nothing, refunds of which it was not told. One that cannot be looked at now hinders no other. Safe to repeat.
 */
export const followUpPayments: Processor<"followUpPayments"> = async (_payload, ctx) => {
  const { pool, payments: provider } = ctx;
  for (const { wallet_id } of await pool.query<{ wallet_id: string }>(
    "levels_due",
    "SELECT * FROM levels_due(now())",
    [],
  )) {
    await guarded(ctx, { wallet: wallet_id }, () => pool.query("levels_look", "SELECT levels_look($1)", [wallet_id]));
  }
  await pool.query("refunds_ask_again", "SELECT refunds_ask_again(now())", []);
  if (!provider) return;
  for (const payment of await takeUnsettled(pool, provider.name, AT_ONCE)) {
    await guarded(ctx, { payment: payment.paymentId }, () => lookAt(ctx, provider, payment));
  }
};

async function lookAt(ctx: SystemContext, provider: PaymentProvider, payment: Unsettled): Promise<void> {
  const event = lookEvent(payment, await provider.look(payment), new Date());
  if (!event) return;
  const { outcome } = await receiveEvent(ctx.db, provider.name, event);
  const what = { payment: payment.paymentId, outcome };
  if (outcome === "mismatch") ctx.log.error(what, "money came that was not credited");
  else ctx.log.info(what, "the provider was asked how a payment ended");
}

async function guarded(ctx: SystemContext, about: object, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ctx.log.warn({ ...about, error }, "could not be looked at; trying again later");
  }
}
