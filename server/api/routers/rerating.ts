import { freshTenantMutation, router, tenantMutation } from "@/server/api/trpc";
import { planRerate, startRerate } from "@/server/domain/rerating/rerate";
import { rerateSchema } from "@/server/domain/rerating/rerate.schema";

/** Re-rating is a long job: both answer with its id, and the job's result has the sums. */
export const reratingRouter = router({
  preview: tenantMutation("billing.write", "rating.preview")
    .input(rerateSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...asked } }) => {
      const plan = await ctx.readBelow((tx) => planRerate(tx, ctx.tenantId, asked));
      return ctx.change(async (tx) => {
        const id = await startRerate(tx, ctx.tenantId, { ...plan, preview: true }, `user:${ctx.userId}`);
        return { subject: `task:${id}`, after: { from: plan.from, until: plan.until }, result: { taskId: id } };
      });
    }),

  /** Nobody knows what it comes to before it is done, so who one is is shown anew. */
  run: freshTenantMutation("billing.write", "rating.rerate")
    .input(rerateSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...asked } }) => {
      const plan = await ctx.readBelow((tx) => planRerate(tx, ctx.tenantId, asked));
      return ctx.change(async (tx) => {
        const id = await startRerate(tx, ctx.tenantId, { ...plan, preview: false }, `user:${ctx.userId}`);
        const { buyers, ...filter } = plan;
        const after = { ...filter, buyers: buyers?.join(" ") ?? null };
        return { subject: `task:${id}`, after, result: { taskId: id } };
      });
    }),
});
