import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { voucherBatchSchema, voucherCodeSchema } from "@/server/domain/vouchers/voucher.schema";
import {
  approveVouchers,
  createVouchers,
  listVouchers,
  redeemVoucher,
  revokeVouchers,
} from "@/server/domain/vouchers/vouchers";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf } from "@/server/kernel/money";

export const vouchersRouter = router({
  list: tenantQuery("vouchers.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ items: await listVouchers(tx, ctx.tenantId, `user:${ctx.userId}`) })),
  ),

  /** The answer is the only place where the codes ever stand. */
  create: tenantMutation("billing.write", "voucher.create")
    .input(voucherBatchSchema)
    .mutation(({ ctx, input: { tenantSlug: _slug, ...input } }) => {
      if (input.amount * BigInt(input.count) > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
      return ctx.change(async (tx) => {
        const { voucherKey: key, approvalLimit: limit } = ctx.settings;
        const by = { key, actor: `user:${ctx.userId}`, limit };
        const batch = await createVouchers(tx, ctx.tenantId, input, by);
        const { count, amount, prefix } = input;
        const after = {
          count,
          amount: decimalOf(amount),
          currency: batch.currency,
          prefix,
          expires: batch.expiresAt.toISOString(),
          waits: batch.waits,
        };
        return { subject: `voucher_batch:${batch.id}`, after, result: batch };
      });
    }),

  /** A second person's yes: from now on the codes of a large batch count. */
  approve: tenantMutation("billing.write", "voucher.approve")
    .input(z.object({ batchId: z.uuid() }))
    .mutation(({ ctx, input: { batchId } }) =>
      ctx.change(async (tx) => {
        const result = await approveVouchers(tx, batchId, `user:${ctx.userId}`);
        // What it is worth is known by now, and nothing of it stays when this refuses.
        if (result.worth > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
        const after = { worth: decimalOf(result.worth), currency: result.currency };
        return { subject: `voucher_batch:${batchId}`, after, result };
      }),
    ),

  revoke: tenantMutation("billing.write", "voucher.revoke")
    .input(z.object({ batchId: z.uuid() }))
    .mutation(({ ctx, input: { batchId } }) =>
      ctx.change(async (tx) => {
        const revoked = await revokeVouchers(tx, batchId);
        return { subject: `voucher_batch:${batchId}`, after: { revoked }, result: { revoked } };
      }),
    ),

  /** Guessing is slowed down as at the sign-in: per person and tenant, and per place. */
  redeem: tenantMutation("billing.write", "voucher.redeem")
    .input(z.object({ code: voucherCodeSchema }))
    .mutation(async ({ ctx, input: { code } }) => {
      const subject = `voucher ${ctx.tenantId}`;
      const waitS = await ctx.attempts.begin(ctx.address, subject);
      if (waitS > 0) {
        throw new DomainError(
          "rate_limited",
          { waitS },
          `Too many codes were tried. Wait ${waitS} seconds and try again.`,
        );
      }
      const redeemed = await ctx.change(async (tx) => {
        const result = await redeemVoucher(tx, code, { key: ctx.settings.voucherKey, actor: `user:${ctx.userId}` });
        const after = {
          amount: decimalOf(result.amountMicros),
          currency: result.currency,
          transaction: result.transactionId,
        };
        return { subject: `tenant:${ctx.tenantId}`, after, result };
      });
      await ctx.attempts.succeeded(ctx.address, subject);
      return redeemed;
    }),
});
