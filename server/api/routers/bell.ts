import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { type BellSees, markBellRead, readBell } from "@/server/domain/bell/bell";
import type { Permission } from "@/server/domain/tenancy/roles";

/** What this seat, or token, may read of it. */
const seesOf = (may: (permission: Permission) => boolean): BellSees => ({
  incidents: may("incidents.read"),
  money: may("balance.read"),
  phones: may("extensions.read"),
  tasks: may("exports.read"),
});

export const bellRouter = router({
  /** What happened lately that this person should know, as far as the seat may read of it. */
  get: tenantQuery("shell.read").query(({ ctx }) =>
    ctx.read((tx) => readBell(tx, { tenantId: ctx.tenantId, userId: ctx.userId, sees: seesOf(ctx.may) })),
  ),

  /** Everything up to now is read by this person. Where nothing was new there is nothing to change, and no event of it. */
  read: tenantMutation("shell.read", "bell.read").mutation(async ({ ctx }) => {
    const asked = { tenantId: ctx.tenantId, userId: ctx.userId, sees: seesOf(ctx.may) };
    const { items, readAt } = await ctx.read((tx) => readBell(tx, asked));
    if (readAt && !items.some(({ at }) => at > readAt)) return { ok: true as const };
    return ctx.change(async (tx) => {
      await markBellRead(tx, ctx.userId);
      return { subject: `person:${ctx.userId}`, result: { ok: true as const } };
    });
  }),
});
