import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { markBellRead, readBell } from "@/server/domain/bell/bell";

export const bellRouter = router({
  /** What happened lately that this person should know, as far as the seat may read of it. */
  get: tenantQuery("shell.read").query(({ ctx }) => {
    const sees = {
      incidents: ctx.may("incidents.read"),
      money: ctx.may("balance.read"),
      phones: ctx.may("extensions.read"),
      tasks: ctx.may("exports.read"),
    };
    return ctx.read((tx) => readBell(tx, { tenantId: ctx.tenantId, userId: ctx.userId, sees }));
  }),

  /** Everything up to now is read by this person. */
  read: tenantMutation("shell.read", "bell.read").mutation(({ ctx }) =>
    ctx.change(async (tx) => {
      await markBellRead(tx, ctx.userId);
      return { subject: `person:${ctx.userId}`, result: { ok: true as const } };
    }),
  ),
});
