import { onlyAtOperator } from "@/server/api/at-operator";
import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { askErasure, listErasures } from "@/server/domain/subjects/erasures";
import { askErasureSchema } from "@/server/domain/subjects/subject.schema";

/** What is known about somebody is known in the whole house, so the house answers. */
const atOperator = onlyAtOperator("subjects", "Erasure is the operator's: open it there.");

export const subjectsRouter = router({
  erasures: tenantQuery("retention.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read((tx) => listErasures(tx, ctx.tenantId));
  }),

  /** Counts what an erasure would find; a long job that changes nothing. */
  count: tenantMutation("retention.write", "subject.count")
    .input(askErasureSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const result = await askErasure(tx, ctx.tenantId, { ...asked, countsOnly: true }, `user:${ctx.userId}`);
        const after = { kind: asked.about.kind, reason: asked.reason };
        return { subject: `erasure:${result.id}`, after, result };
      });
    }),

  /** Cannot be taken back, so it asks who it is once more. */
  erase: freshTenantMutation("retention.write", "subject.erase")
    .input(askErasureSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const result = await askErasure(tx, ctx.tenantId, { ...asked, countsOnly: false }, `user:${ctx.userId}`);
        const after = { kind: asked.about.kind, reason: asked.reason };
        return { subject: `erasure:${result.id}`, after, result };
      });
    }),
});
