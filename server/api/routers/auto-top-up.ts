import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import {
  auditOfTopUp,
  cardName,
  getAutoTopUp,
  requireProvider,
  setAutoTopUp,
  switchAutoTopUp,
} from "@/server/domain/payments/auto-top-up";
import { autoTopUpSchema } from "@/server/domain/payments/auto-top-up.schema";
import { requireCardHolder } from "@/server/domain/payments/card-holder";

/** The saved card, charged by itself when credit gets low. */
export const autoTopUpRouter = router({
  get: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ settings: (await getAutoTopUp(tx, ctx.tenantId)) ?? null })),
  ),

  set: tenantMutation("billing.write", "billing.set_auto_top_up")
    .input(autoTopUpSchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { tenantSlug: _slug, seen, ...input } }) => {
      requireCardHolder(ctx.seat);
      requireProvider(ctx.payments);
      return ctx.change(async (tx) => {
        const before = await setAutoTopUp(tx, ctx.tenantId, input, `user:${ctx.userId}`);
        const after = auditOfTopUp(input);
        return {
          subject: `tenant:${ctx.tenantId}`,
          ...(before && { before, shown: { card: await cardName(tx, ctx.tenantId, before.card) } }),
          after,
          seen,
          result: { state: "on" as const },
        };
      });
    }),

  resume: tenantMutation("billing.write", "billing.resume_auto_top_up").mutation(({ ctx }) => {
    requireCardHolder(ctx.seat);
    requireProvider(ctx.payments);
    return ctx.change(async (tx) => {
      await switchAutoTopUp(tx, "on", `user:${ctx.userId}`);
      return { subject: `tenant:${ctx.tenantId}`, after: { state: "on" }, result: { state: "on" as const } };
    });
  }),

  stop: tenantMutation("billing.write", "billing.stop_auto_top_up").mutation(({ ctx }) =>
    ctx.change(async (tx) => {
      await switchAutoTopUp(tx, "off", `user:${ctx.userId}`);
      return { subject: `tenant:${ctx.tenantId}`, after: { state: "off" }, result: { state: "off" as const } };
    }),
  ),
});
