import { router, tenantMutation } from "@/server/api/trpc";
import { beginView, endView } from "@/server/domain/viewing/viewing";
import { beginViewSchema } from "@/server/domain/viewing/viewing.schema";

/** Looking at a tenant below as one of its roles would; the trails of both say who, why, as which role and until when. */
export const viewingRouter = router({
  begin: tenantMutation("tenants.view_as", "tenant.view")
    .input(beginViewSchema)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { tenantId, seatTenantId } = ctx.seat;
        const looker = { userId: ctx.userId, sessionId: ctx.signedIn.sessionId, tenantId, seatTenantId };
        const begun = await beginView(tx, looker, input);
        return {
          subject: `tenant:${begun.tenantId}`,
          after: {
            role: input.role,
            reason: input.reason,
            until: begun.until.toISOString(),
            person: ctx.signedIn.email,
          },
          alsoFor: [begun.tenantId],
          result: { tenantSlug: input.childSlug, until: begun.until },
        };
      }),
    ),

  /** The one change that somebody who looks can make. */
  end: tenantMutation("shell.read", "tenant.end_view").mutation(({ ctx }) =>
    ctx.change(async (tx) => {
      const { tenantId } = ctx.seat;
      await endView(tx, { userId: ctx.userId, sessionId: ctx.signedIn.sessionId, tenantId });
      return {
        subject: `tenant:${tenantId}`,
        after: { person: ctx.signedIn.email },
        result: { ok: true as const },
      };
    }),
  ),
});
