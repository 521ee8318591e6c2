import { atOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { doDuty, giveDuty, listDuties } from "@/server/domain/duties/duties";
import { doneDutySchema, takeDutySchema } from "@/server/domain/duties/duty.schema";
import { leftOf } from "@/server/domain/duties/left";

/** What the operator's desk looks after by the calendar. */
export const dutiesRouter = router({
  list: tenantQuery("incidents.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.readBelow(async (tx) => ({ items: await listDuties(tx, ctx.tenantId) }));
  }),

  done: tenantMutation("incidents.write", "duty.do")
    .input(doneDutySchema.extend({ seen: seenSchema }))
    .mutation(async ({ ctx, input: { duty, note, seen } }) => {
      atOperator(ctx.seat);
      const left = (await ctx.readBelow((tx) => leftOf(tx, ctx.tenantId)))[duty] ?? null;
      return ctx.change(async (tx) => {
        const before = { note: await doDuty(tx, ctx.tenantId, { duty, note, left }, ctx.userId) };
        return { subject: `duty:${duty}`, before, after: { note, left }, seen, result: { duty } };
      });
    }),

  take: tenantMutation("incidents.write", "duty.take")
    .input(takeDutySchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { duty, taken, seen } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const after = { owner: taken ? ctx.userId : null };
        const { owner, ownerName } = await giveDuty(tx, ctx.tenantId, { duty, ...after });
        return {
          subject: `duty:${duty}`,
          before: { owner },
          after,
          // Who did not look takes what is nobody's, and lets go of what is their own.
          seen: seen ?? { owner: taken ? null : ctx.userId },
          shown: { owner: ownerName ?? "" },
          result: { duty },
        };
      });
    }),
});
