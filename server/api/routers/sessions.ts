import { z } from "zod";

import { router, signedInMutation, signedInQuery } from "@/server/api/trpc";
import { listSessions, markOf, revokeOtherSessions, revokeSession } from "@/server/domain/tenancy/sessions";

export const sessionsRouter = router({
  list: signedInQuery.query(async ({ ctx }) => {
    const sessions = await listSessions(ctx.db, ctx.userId);
    return { items: sessions.map((session) => ({ ...session, current: session.id === ctx.signedIn.sessionId })) };
  }),

  revoke: signedInMutation("session.revoke")
    .input(z.object({ sessionId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      ctx.changeOwn(async (tx) => {
        await revokeSession(tx, ctx.userId, input.sessionId);
        return { subject: `session:${markOf(input.sessionId)}`, result: { ok: true as const } };
      }),
    ),

  /** Everywhere but here. */
  revokeOthers: signedInMutation("session.revoke").mutation(({ ctx }) =>
    ctx.changeOwn(async (tx) => {
      const ended = await revokeOtherSessions(tx, ctx.userId, ctx.signedIn.sessionId);
      return { subject: `person:${ctx.userId}`, after: { ended }, result: { ended } };
    }),
  ),
});
