import { z } from "zod";

import { onlyAtOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { getBoard } from "@/server/domain/reconciliation/board";
import { differenceFilterSchema, resolutionSchema } from "@/server/domain/reconciliation/difference.schema";
import { listDifferenceRows } from "@/server/domain/reconciliation/difference-list";
import { resolveDifference, resolvedValues } from "@/server/domain/reconciliation/resolve";
import { enqueue } from "@/server/queue/outbox";

/** What is at risk is summed over all levels of a chain, so that it would tell a customer what its reseller pays. */
const atOperator = onlyAtOperator("reconciliation", "Reconciliation is the operator's: open it there.");

export const reconciliationRouter = router({
  board: tenantQuery("reconciliation.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.readBelow(getBoard);
  }),

  list: tenantQuery("reconciliation.read")
    .input(differenceFilterSchema)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow((tx) => listDifferenceRows(tx, input));
    }),

  /** The run itself comes a moment later; the board shows when it was. */
  run: tenantMutation("reconciliation.write", "reconciliation.run").mutation(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.change(async (tx) => {
      const id = await enqueue(tx, ctx.tenantId, "reconcileNow", {});
      return { subject: `job:${id}`, result: { askedAt: new Date() } };
    });
  }),

  resolve: tenantMutation("reconciliation.write", "reconciliation.resolve")
    .input(resolutionSchema.extend({ differenceId: z.uuid() }))
    .mutation(async ({ ctx, input: { differenceId, ...resolution } }) => {
      atOperator(ctx.seat);
      const done = await ctx.change(async (tx) => {
        const resolved = await resolveDifference(tx, differenceId, resolution, `user:${ctx.userId}`);
        const after = resolvedValues(resolved, resolution);
        return { subject: `difference:${differenceId}`, after, result: resolved };
      });
      if (done.settled) ctx.publish(["calls", "balance"], done.tenantId);
      return { id: differenceId, settled: done.settled };
    }),
});
