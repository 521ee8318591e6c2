import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { topUpRequestSchema } from "@/server/domain/billing/billing.schema";
import { decideTopUp, listPendingTopUps } from "@/server/domain/billing/top-up-approval";
import { listRequests, requestTopUp } from "@/server/domain/billing/top-up-request";
import { decimalOf } from "@/server/kernel/money";

const topUpId = z.uuid();

/** Top-ups that wait: large ones of the operator for a second person, and those that somebody below asked for. */
export const approvalsRouter = router({
  list: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.readBelow(async (tx) => ({ items: await listPendingTopUps(tx, ctx.tenantId, `user:${ctx.userId}`) })),
  ),

  /** Says that the tenant in the address paid outside, and asks the one above to post it. */
  ask: tenantMutation("billing.write", "billing.ask_top_up")
    .input(topUpRequestSchema)
    .mutation(async ({ ctx, input: { amount, postingKey, memo } }) => {
      const asked = await ctx.change(async (tx) => {
        const result = await requestTopUp(tx, { amount, postingKey, memo }, `user:${ctx.userId}`);
        const after = { amount: decimalOf(amount), currency: result.currency };
        return { subject: `top_up:${result.requestId}`, after, result };
      });
      ctx.publish(["balance"], asked.sellerId);
      return { requestId: asked.requestId };
    }),

  /** What the tenant in the address asked for. */
  asked: tenantQuery("balance.read").query(({ ctx }) => ctx.read(async (tx) => ({ items: await listRequests(tx) }))),

  approve: tenantMutation("billing.write", "billing.approve_top_up")
    .input(z.object({ topUpId }))
    .mutation(async ({ ctx, input }) => {
      const payer = { tenantId: ctx.tenantId, kind: ctx.seat.tenantKind };
      const decided = await ctx.change(async (tx) => {
        const result = await decideTopUp(tx, payer, input.topUpId, {
          approve: true,
          actor: `user:${ctx.userId}`,
          limit: ctx.settings.approvalLimit,
        });
        // The amount is known by now, and nothing of it stays when this refuses.
        if (result.amount > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
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
          limit: ctx.settings.approvalLimit,
        });
        return {
          subject: `top_up:${input.topUpId}`,
          after: { amount: decimalOf(amount), currency },
          result: { rejected: true },
        };
      });
    }),
});
