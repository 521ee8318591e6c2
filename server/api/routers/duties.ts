import { atOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { doDuty, listDuties, takeDuty } from "@/server/domain/duties/duties";
import { doneDutySchema, takeDutySchema } from "@/server/domain/duties/duty.schema";

/** What the operator's desk looks after by the calendar. */
export const dutiesRouter = router({
  list: tenantQuery("incidents.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(async (tx) => ({ items: await listDuties(tx, ctx.tenantId) }));
  }),

  done: tenantMutation("incidents.write", "duty.do")
    .input(doneDutySchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { duty, note, seen } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const before = { note: await doDuty(tx, ctx.tenantId, { duty, note }, ctx.userId) };
        return { subject: `duty:${duty}`, before, after: { note }, seen, result: { duty } };
      });
    }),

  take: tenantMutation("incidents.write", "duty.take")
    .input(takeDutySchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { duty, taken, seen } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { owner, ownerName } = await takeDuty(tx, ctx.tenantId, { duty, taken }, ctx.userId);
        return {
          subject: `duty:${duty}`,
          before: { owner },
          after: { owner: taken ? ctx.userId : null },
          // Who did not look takes what is nobody's, and lets go of what is their own.
          seen: seen ?? { owner: taken ? null : ctx.userId },
          shown: { owner: ownerName ?? "" },
          result: { duty },
        };
      });
    }),
});
