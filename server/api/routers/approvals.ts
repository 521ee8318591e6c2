import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { decideTopUp, listPendingTopUps } from "@/server/domain/billing/top-up-approval";
import { decimalOf } from "@/server/kernel/money";

const topUpId = z.uuid();

/** Top-ups of the operator that wait for a second person. */
export const approvalsRouter = router({
  list: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.readBelow(async (tx) => ({ items: await listPendingTopUps(tx, ctx.tenantId, `user:${ctx.userId}`) })),
  ),

  approve: tenantMutation("billing.write", "billing.approve_top_up")
    .input(z.object({ topUpId }))
    .mutation(async ({ ctx, input }) => {
      const payer = { tenantId: ctx.tenantId, kind: ctx.seat.tenantKind };
      const decided = await ctx.change(async (tx) => {
        const result = await decideTopUp(tx, payer, input.topUpId, { approve: true, actor: `user:${ctx.userId}` });
        const after = {
          amount: decimalOf(result.amount),
          currency: result.currency,
          transaction: result.transactionId,
        };
        return { subject: `top_up:${input.topUpId}`, after, alsoFor: [result.receiverId], result };
      });
      ctx.publish(["balance", "audit"], decided.receiverId);
      return { transactionId: decided.transactionId, currency: decided.currency, amount: decided.amount };
    }),

  /** Also the way to withdraw what one asked for oneself. */
  reject: tenantMutation("billing.write", "billing.reject_top_up")
    .input(z.object({ topUpId }))
    .mutation(({ ctx, input }) => {
      const payer = { tenantId: ctx.tenantId, kind: ctx.seat.tenantKind };
      return ctx.change(async (tx) => {
        const { amount, currency } = await decideTopUp(tx, payer, input.topUpId, {
          approve: false,
          actor: `user:${ctx.userId}`,
        });
        return {
          subject: `top_up:${input.topUpId}`,
          after: { amount: decimalOf(amount), currency },
          result: { rejected: true },
        };
      });
    }),
});
