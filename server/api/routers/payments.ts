import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { requireProvider } from "@/server/domain/payments/auto-top-up";
import { requireCardHolder } from "@/server/domain/payments/card-holder";
import { beginCardPayment, chargeCard } from "@/server/domain/payments/card-payment";
import { beginPayment, openCheckout } from "@/server/domain/payments/checkout";
import { payByCardSchema, refundSchema, startPaymentSchema } from "@/server/domain/payments/payment.schema";
import { getDebt, getPayment, listCards, listPayments, removeCard } from "@/server/domain/payments/payments";
import { askRefund } from "@/server/domain/payments/refunds";
import { answerTestPayment, isTestPayment } from "@/server/domain/payments/test-payment";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf } from "@/server/kernel/money";

const paymentId = z.uuid();

export const paymentsRouter = router({
  /** Payments and cards, what is owed, and whether money can come by card here at all. */
  list: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({
      provider: ctx.payments?.name ?? null,
      refundable: ctx.seat.seatKind === "operator",
      ...(await getDebt(tx, ctx.tenantId)),
      cards: await listCards(tx, ctx.tenantId),
      items: await listPayments(tx, ctx.tenantId),
    })),
  ),

  get: tenantQuery("balance.read")
    .input(z.object({ paymentId }))
    .query(({ ctx, input }) => ctx.read((tx) => getPayment(tx, ctx.tenantId, input.paymentId))),

  /** Answers with the address of the provider's page. */
  start: tenantMutation("billing.write", "billing.pay")
    .input(startPaymentSchema)
    .mutation(async ({ ctx, input: { tenantSlug, amount, saveCard } }) => {
      const provider = ctx.payments;
      if (!provider) throw new DomainError("payments_off");
      const { tenantId, settings } = ctx;
      const wanted = { tenantId, tenantSlug, amount, saveCard, appUrl: settings.appUrl, actor: `user:${ctx.userId}` };
      const begun = await ctx.change(async (tx) => {
        const result = await beginPayment(tx, provider, wanted);
        const after = { amount: decimalOf(amount), currency: result.ask.currency, provider: provider.name };
        return { subject: `payment:${result.paymentId}`, after, result };
      });
      return { paymentId: begun.paymentId, url: await openCheckout(ctx.db, provider, begun) };
    }),

  /** Charges a saved card now. Answers how it ended; a card that declines is an answer. */
  byCard: tenantMutation("billing.write", "billing.pay_by_card")
    .input(payByCardSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _slug, ...order } }) => {
      requireCardHolder(ctx.seat);
      const provider = requireProvider(ctx.payments);
      const begun = await ctx.change(async (tx) => {
        const result = await beginCardPayment(tx, provider, { ...order, actor: `user:${ctx.userId}` });
        const after = { amount: decimalOf(order.amount), card: order.cardId, provider: provider.name };
        return { subject: `payment:${order.paymentId}`, after, result };
      });
      const answer = "ask" in begun ? await chargeCard(ctx.db, provider, begun.ask) : begun.answer;
      ctx.publish(["balance", "audit"]);
      return answer;
    }),

  /** What the test page shows: a payment of the test provider, which is switched on, and of this tenant. */
  testPage: tenantQuery("billing.write")
    .input(z.object({ paymentId }))
    .query(async ({ ctx, input }) => {
      const payment = await ctx.read((tx) => getPayment(tx, ctx.tenantId, input.paymentId));
      if (!isTestPayment(ctx.payments, payment)) throw new DomainError("not_found");
      return payment;
    }),

  /** The buttons of the test page: only where the test provider was switched on. */
  answerTest: tenantMutation("billing.write", "billing.payment_event")
    .input(z.object({ paymentId, answer: z.enum(["pay", "fail", "save_good_card", "save_bad_card"]) }))
    .mutation(async ({ ctx, input }) => {
      const payment = await ctx.read((tx) => getPayment(tx, ctx.tenantId, input.paymentId));
      const { outcome } = await answerTestPayment(ctx.db, ctx.payments, payment, input.answer);
      ctx.publish(["balance", "audit"]);
      return { outcome };
    }),

  removeCard: tenantMutation("billing.write", "billing.remove_card")
    .input(z.object({ cardId: z.uuid() }))
    .mutation(({ ctx, input: { cardId } }) =>
      ctx.change(async (tx) => {
        const { last4 } = await removeCard(tx, ctx.tenantId, cardId);
        return { subject: `card:${cardId}`, before: { last4 }, result: { cardId } };
      }),
    ),

  /** The provider is the operator's, so its people decide what goes back. */
  refund: tenantMutation("billing.write", "billing.refund")
    .input(refundSchema)
    .mutation(({ ctx, input: { tenantSlug, ...asked } }) => {
      if (ctx.seat.seatKind !== "operator") {
        throw new DomainError(
          "forbidden",
          { field: "tenant" },
          "Refunds are made by the operator, whose provider took the money.",
        );
      }
      if (asked.amount > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
      return ctx.change(async (tx) => {
        const refundId = await askRefund(tx, ctx.tenantId, asked, `user:${ctx.userId}`);
        const after = { tenant: tenantSlug, amount: decimalOf(asked.amount), refund: refundId };
        return { subject: `payment:${asked.paymentId}`, after, result: { refundId } };
      });
    }),
});
