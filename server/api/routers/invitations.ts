import { z } from "zod";

import { openProcedure, router } from "@/server/api/trpc";
import { join } from "@/server/auth/join";
import { getInvitation } from "@/server/domain/tenancy/invitations";
import { acceptanceSchema } from "@/server/domain/tenancy/member.schema";

/** For somebody who is not signed in and holds a link. Mutations both, so that the token travels in no address. */
export const invitationsRouter = router({
  open: openProcedure.input(z.object({ token: z.string().min(20).max(100) })).mutation(async ({ ctx, input }) => {
    const { tenantId: _, ...invitation } = await getInvitation(ctx.db, input.token);
    return invitation;
  }),

  accept: openProcedure
    .input(acceptanceSchema)
    .mutation(({ ctx, input }) => join(ctx, input, { requestId: ctx.requestId, address: ctx.address })),
});
