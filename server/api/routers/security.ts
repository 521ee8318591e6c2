import { tellOfFactor } from "@/server/api/tell-of-factor";
import { freshMutation, router, signedInMutation, signedInQuery } from "@/server/api/trpc";
import { reauthenticate } from "@/server/auth/reauthenticate";
import { codeSchema, shownSchema } from "@/server/domain/people/factor.schema";
import { factorNews } from "@/server/domain/people/factor-news";
import {
  beginTotp,
  confirmTotp,
  factorsOf,
  hasFactor,
  noteShown,
  removeTotp,
  renewRecoveryCodes,
} from "@/server/domain/people/factors";
import { revokeOtherSessions } from "@/server/domain/tenancy/sessions";
import { DomainError } from "@/server/kernel/errors";

/** What keeps the account of the person who asks. */
export const securityRouter = router({
  get: signedInQuery.query(async ({ ctx }) => {
    const factors = await factorsOf(ctx.db, ctx.userId);
    return { ...factors, hasFactor: hasFactor(factors), shownFactor: ctx.signedIn.factorAt !== null };
  }),

  /** Shows again who one is, so that what asks for it goes through for a while. */
  reauthenticate: signedInMutation("session.reauthenticate")
    .input(shownSchema)
    .mutation(async ({ ctx, input }) => {
      const { settings } = ctx;
      const notify = settings.mailGoesOut ? { appUrl: settings.appUrl } : undefined;
      await reauthenticate(
        { ...ctx, keys: settings.factorKeys, appUrl: settings.appUrl, notify },
        ctx.signedIn,
        input,
        ctx.actor,
      );
      return { ok: true as const };
    }),

  beginTotp: freshMutation("factor.begin").mutation(({ ctx }) =>
    ctx.changeOwn(async (tx) => {
      const result = await beginTotp(tx, ctx.settings.factorKeys, ctx.signedIn, ctx.door?.brand.name);
      return { subject: `person:${ctx.userId}`, after: { kind: "app" }, result };
    }),
  ),

  /** Puts the app to use. The first factor ends other sessions and comes with recovery codes, which are in this answer only. */
  confirmTotp: freshMutation("factor.add")
    .input(codeSchema)
    .mutation(({ ctx, input }) =>
      ctx.changeOwn(async (tx, home) => {
        const { userId, sessionId } = ctx.signedIn;
        const { factorKeys } = ctx.settings;
        const before = await factorsOf(ctx.db, userId);
        await confirmTotp(tx, factorKeys, userId, input.code);
        const first = !hasFactor(before);
        const recoveryCodes = first ? await renewRecoveryCodes(tx, factorKeys, userId) : [];
        // They never showed the factor, and must not be able to take it away again.
        if (first) await revokeOtherSessions(tx, userId, sessionId);
        await noteShown(tx, { userId, sessionId, factor: true });
        await tellOfFactor(tx, home, ctx, factorNews.appAdded);
        return { subject: `person:${userId}`, after: { kind: "app" }, result: { recoveryCodes } };
      }),
    ),

  removeTotp: freshMutation("factor.remove").mutation(({ ctx }) =>
    ctx.changeOwn(async (tx, home) => {
      await removeTotp(tx, ctx.userId);
      await tellOfFactor(tx, home, ctx, factorNews.appRemoved);
      return { subject: `person:${ctx.userId}`, before: { kind: "app" }, result: { ok: true as const } };
    }),
  ),

  renewRecoveryCodes: freshMutation("factor.renew_recovery_codes").mutation(({ ctx }) =>
    ctx.changeOwn(async (tx, home) => {
      if (!hasFactor(await factorsOf(ctx.db, ctx.userId))) {
        throw new DomainError("invalid_state", {}, "Set up a second factor first.");
      }
      const recoveryCodes = await renewRecoveryCodes(tx, ctx.settings.factorKeys, ctx.userId);
      await tellOfFactor(tx, home, ctx, factorNews.codesRenewed);
      return { subject: `person:${ctx.userId}`, result: { recoveryCodes } };
    }),
  ),
});
