import { z } from "zod";

import type { Context } from "@/server/api/context";
import { openProcedure, router } from "@/server/api/trpc";
import { join } from "@/server/auth/join";
import { isTenantWithin } from "@/server/domain/brands/door";
import { getInvitation } from "@/server/domain/tenancy/invitations";
import { acceptanceSchema } from "@/server/domain/tenancy/member.schema";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** At the host name of a brand an invitation of somebody else is none. @throws DomainError invitation_invalid. */
async function requireWithin({ db, door }: Context, tenantId: TenantId): Promise<void> {
  if (door && !(await isTenantWithin(db, tenantId, door.tenantId))) throw new DomainError("invitation_invalid");
}

/** For somebody who is not signed in and holds a link. Mutations both, so that the token travels in no address. */
export const invitationsRouter = router({
  open: openProcedure.input(z.object({ token: z.string().min(20).max(100) })).mutation(async ({ ctx, input }) => {
    const { tenantId, ...invitation } = await getInvitation(ctx.db, input.token);
    await requireWithin(ctx, tenantId);
    return invitation;
  }),

  accept: openProcedure.input(acceptanceSchema).mutation(async ({ ctx, input }) => {
    if (ctx.door) await requireWithin(ctx, (await getInvitation(ctx.db, input.token)).tenantId);
    return join(ctx, input, { requestId: ctx.requestId, address: ctx.address });
  }),
});
