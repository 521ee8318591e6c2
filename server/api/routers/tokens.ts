import { z } from "zod";

import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { permissionsFor } from "@/server/domain/tenancy/roles";
import { newTokenSchema, rotateTokenSchema } from "@/server/domain/tokens/token.schema";
import { createToken, listTokens, revokeToken, rotateToken } from "@/server/domain/tokens/tokens";
import { DomainError } from "@/server/kernel/errors";

/** Tokens for programs. The answers of create and rotate are the only places where one stands in full. */
export const tokensRouter = router({
  list: tenantQuery("tokens.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({
      items: await listTokens(tx, ctx.tenantId),
      /** What a token of this person may have; nothing for whoever acts here from a seat above. */
      scopes: ctx.seat.seatTenantId === ctx.tenantId ? [...new Set(permissionsFor(ctx.seat.role))] : [],
    })),
  ),

  create: freshTenantMutation("tokens.write", "token.create")
    .input(newTokenSchema)
    .mutation(({ ctx, input: { name, scopes, validDays } }) => {
      const { seat, tenantId, userId } = ctx;
      if (seat.seatTenantId !== tenantId) {
        const sentence =
          "A token belongs to a seat on this very tenant. Make one where yours is; it reaches the tenants below.";
        throw new DomainError("forbidden", { field: "tenant" }, sentence);
      }
      return ctx.change(async (tx) => {
        const maker = { userId, role: seat.role, withFactor: ctx.signedIn.factorAt !== null };
        const made = await createToken(tx, tenantId, { name, scopes, validDays }, maker);
        const after = { name, prefix: made.prefix, scopes: scopes.join(" "), expires: made.expiresAt.toISOString() };
        return { subject: `token:${made.id}`, after, result: made };
      });
    }),

  rotate: freshTenantMutation("tokens.write", "token.rotate")
    .input(rotateTokenSchema)
    .mutation(({ ctx, input: { tokenId, overlapHours } }) =>
      ctx.change(async (tx) => {
        const made = await rotateToken(tx, ctx.tenantId, { tokenId, overlapHours, userId: ctx.userId });
        return { subject: `token:${tokenId}`, after: { prefix: made.prefix, overlapHours }, result: made };
      }),
    ),

  revoke: tenantMutation("tokens.write", "token.revoke")
    .input(z.object({ tokenId: z.uuid() }))
    .mutation(({ ctx, input: { tokenId } }) =>
      ctx.change(async (tx) => {
        const { prefix, name } = await revokeToken(tx, ctx.tenantId, tokenId);
        return { subject: `token:${tokenId}`, after: { prefix, name }, result: { id: tokenId } };
      }),
    ),
});
