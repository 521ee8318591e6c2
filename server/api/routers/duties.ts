import { atOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { doDuty, listDuties, takeDuty } from "@/server/domain/duties/duties";
import { doneDutySchema, takeDutySchema } from "@/server/domain/duties/duty.schema";

/** What the operator's desk looks after by the calendar. */
export const dutiesRouter = router({
  list: tenantQuery("incidents.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(async (tx) => ({ items: await listDuties(tx, ctx.tenantId) }));
  }),

  done: tenantMutation("incidents.write", "duty.do")
    .input(doneDutySchema)
    .mutation(({ ctx, input: { duty, note } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        await doDuty(tx, ctx.tenantId, { duty, note }, ctx.userId);
        return { subject: `duty:${duty}`, after: { note }, result: { duty } };
      });
    }),

  take: tenantMutation("incidents.write", "duty.take")
    .input(takeDutySchema)
    .mutation(({ ctx, input: { duty, taken } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const owner = await takeDuty(tx, ctx.tenantId, { duty, taken }, ctx.userId);
        return {
          subject: `duty:${duty}`,
          before: { owner },
          after: { owner: taken ? ctx.userId : null },
          result: { duty },
        };
      });
    }),
});
