import { openProcedure, router, signedInMutation } from "@/server/api/trpc";
import { changePassword } from "@/server/auth/change-password";
import { askReset, resetPassword } from "@/server/auth/reset-password";
import { isPersonOnlyWithin } from "@/server/domain/brands/door";
import {
  passwordChangeSchema,
  resetAskSchema,
  resetSchema,
  resetTokenSchema,
} from "@/server/domain/people/password.schema";
import { getReset } from "@/server/domain/people/password-reset";
import { DomainError } from "@/server/kernel/errors";

export const passwordsRouter = router({
  /** One answer for every address, whether or not it has an account. */
  askReset: openProcedure.input(resetAskSchema).mutation(async ({ ctx, input }) => {
    const { mailGoesOut, appUrl, houseUrl } = ctx.settings;
    const from = { requestId: ctx.requestId, address: ctx.address };
    if (mailGoesOut) await askReset({ ...ctx, appUrl, houseUrl, within: ctx.door?.tenantId }, input.email, from);
    return { mailGoesOut };
  }),

  /** Whose password a link sets. A mutation, so that the token travels in no address. */
  openReset: openProcedure.input(resetTokenSchema).mutation(async ({ ctx, input }) => {
    const { email, userId } = await getReset(ctx.db, input.token);
    const mayOpen = !ctx.door || (await isPersonOnlyWithin(ctx.db, userId, ctx.door.tenantId));
    if (!mayOpen) throw new DomainError("reset_invalid");
    return { email };
  }),

  reset: openProcedure.input(resetSchema).mutation(({ ctx, input }) => {
    const from = { requestId: ctx.requestId, address: ctx.address };
    return resetPassword({ ...ctx, appUrl: ctx.settings.appUrl, within: ctx.door?.tenantId }, input, from);
  }),

  change: signedInMutation("password.change")
    .input(passwordChangeSchema)
    .mutation(async ({ ctx, input }) => {
      await changePassword({ ...ctx, appUrl: ctx.settings.appUrl }, ctx.signedIn, input, ctx.actor);
      return { ok: true as const };
    }),
});
