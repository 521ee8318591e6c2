import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import {
  creditDisputeSchema,
  disputeFilterSchema,
  openDisputeSchema,
  rejectDisputeSchema,
  sayDisputeSchema,
} from "@/server/domain/disputes/dispute.schema";
import { getCallDispute, getDispute } from "@/server/domain/disputes/dispute-detail";
import { listDisputes } from "@/server/domain/disputes/dispute-list";
import {
  checkCredit,
  type Decided,
  decideDispute,
  openDispute,
  prepareDispute,
  sayInDispute,
  withdrawDispute,
} from "@/server/domain/disputes/disputes";
import { decimalOf } from "@/server/kernel/money";

const one = z.object({ disputeId: z.uuid() });

const decidedOf = ({ id, number, state, creditedMicros, transactionId }: Decided) => ({
  id,
  number,
  state,
  creditedMicros,
  transactionId,
});
const auditOf = (decided: Decided) => ({
  subject: `dispute:${decided.id}`,
  before: { state: "open" },
  after: {
    dispute: decided.number,
    call: decided.callId,
    state: decided.state,
    credited: decimalOf(decided.creditedMicros),
    currency: decided.currency,
    transaction: decided.transactionId,
  },
  // What was done to the buyer from above stands in its own trail as well.
  alsoFor: [decided.buyerId],
});

export const disputesRouter = router({
  list: tenantQuery("disputes.read")
    .input(disputeFilterSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => listDisputes(tx, ctx.tenantId, input))),

  get: tenantQuery("disputes.read")
    .input(one)
    .query(({ ctx, input }) => ctx.readBelow((tx) => getDispute(tx, ctx.tenantId, input.disputeId))),

  /** For the page of a call: what was disputed of it, and whether its charge can be. */
  ofCall: tenantQuery("disputes.read")
    .input(z.object({ callId: z.uuid() }))
    .query(({ ctx, input }) => ctx.readBelow((tx) => getCallDispute(tx, ctx.tenantId, input.callId))),

  open: tenantMutation("disputes.write", "dispute.open")
    .input(openDisputeSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...asked } }) => {
      const evidence = await ctx.readBelow((tx) => prepareDispute(tx, ctx.tenantId, asked.callId));
      const { sellerId, ...opened } = await ctx.change(async (tx) => {
        const result = await openDispute(tx, { ...asked, evidence }, `user:${ctx.userId}`);
        const after = { dispute: result.number, call: asked.callId, repeated: result.repeated };
        return { subject: `dispute:${result.id}`, after, result };
      });
      ctx.publish(["disputes"], sellerId);
      return opened;
    }),

  comment: tenantMutation("disputes.write", "dispute.comment")
    .input(sayDisputeSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...said } }) => {
      const dispute = await ctx.change(async (tx) => {
        const result = await sayInDispute(tx, ctx.tenantId, said, `user:${ctx.userId}`);
        return { subject: `dispute:${result.id}`, after: { dispute: result.number, by: result.side }, result };
      });
      ctx.publish(["disputes"], dispute.side === "buyer" ? dispute.sellerId : dispute.buyerId);
      return { id: dispute.id };
    }),

  withdraw: tenantMutation("disputes.write", "dispute.withdraw")
    .input(one)
    .mutation(async ({ ctx, input }) => {
      const dispute = await ctx.change(async (tx) => {
        const result = await withdrawDispute(tx, ctx.tenantId, input.disputeId, `user:${ctx.userId}`);
        const [before, after] = [{ state: "open" }, { state: result.state }];
        return { subject: `dispute:${result.id}`, before, after, result };
      });
      ctx.publish(["disputes"], dispute.sellerId);
      return { id: dispute.id, state: dispute.state };
    }),

  /** Gives back all that is left of the charge, or a part of it. */
  credit: tenantMutation("billing.write", "dispute.credit")
    .input(creditDisputeSchema)
    .mutation(async ({ ctx, input: { disputeId, amount, text } }) => {
      const decision = { disputeId, credit: amount ?? null, text };
      await ctx.readBelow((tx) => checkCredit(tx, ctx.tenantId, decision));
      const decided = await ctx.change(async (tx) => {
        const result = await decideDispute(tx, ctx.tenantId, decision, `user:${ctx.userId}`);
        // The amount is known by now, and nothing of it stays when this refuses.
        if (result.creditedMicros > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
        return { ...auditOf(result), result };
      });
      ctx.publish(["disputes", "balance", "calls", "mail", "audit"], decided.buyerId);
      return decidedOf(decided);
    }),

  reject: tenantMutation("billing.write", "dispute.reject")
    .input(rejectDisputeSchema)
    .mutation(async ({ ctx, input: { disputeId, text } }) => {
      const decided = await ctx.change(async (tx) => {
        const result = await decideDispute(tx, ctx.tenantId, { disputeId, credit: 0n, text }, `user:${ctx.userId}`);
        return { ...auditOf(result), result };
      });
      ctx.publish(["disputes", "mail", "audit"], decided.buyerId);
      return decidedOf(decided);
    }),
});
