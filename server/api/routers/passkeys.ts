import { z } from "zod";
import type { ApiSettings, Context } from "@/server/api/context";
import { tellOfFactor } from "@/server/api/tell-of-factor";
import { freshMutation, openProcedure, router, signedInQuery } from "@/server/api/trpc";
import { checkCreation, creationOptions, requestOptions } from "@/server/auth/passkeys";
import { newPasskeySchema } from "@/server/domain/people/factor.schema";
import { factorNews } from "@/server/domain/people/factor-news";
import { factorsOf, hasFactor, noteShown, renewRecoveryCodes } from "@/server/domain/people/factors";
import { addPasskey, listPasskeys, removePasskey } from "@/server/domain/people/passkeys";
import { revokeOtherSessions } from "@/server/domain/tenancy/sessions";

type Asked = Readonly<{ db: Context["db"]; settings: ApiSettings; door?: Context["door"] }>;

const depsOf = ({ db, settings, door }: Asked) => ({
  db,
  keys: settings.factorKeys,
  appUrl: settings.appUrl,
  name: door?.brand.name,
});

export const passkeysRouter = router({
  list: signedInQuery.query(async ({ ctx }) => ({ items: await listPasskeys(ctx.db, ctx.userId) })),

  /** A question for whoever is not signed in. Nothing is stored, and a mutation is never taken from a cache. */
  askSignIn: openProcedure.mutation(({ ctx }) => requestOptions(depsOf(ctx))),

  /** The same for the person who is signed in, whose own passkeys are named. */
  askAgain: signedInQuery.query(({ ctx }) => requestOptions(depsOf(ctx), ctx.userId)),

  begin: freshMutation("factor.begin").mutation(({ ctx }) =>
    ctx.changeOwn(async () => ({
      subject: `person:${ctx.userId}`,
      after: { kind: "passkey" },
      result: await creationOptions(depsOf(ctx), ctx.signedIn),
    })),
  ),

  /** The first factor ends other sessions and comes with recovery codes, which are in this answer only. */
  add: freshMutation("factor.add")
    .input(newPasskeySchema)
    .mutation(async ({ ctx, input: { name, answer } }) => {
      const { userId, sessionId } = ctx.signedIn;
      const passkey = await checkCreation(depsOf(ctx), userId, answer);
      return ctx.changeOwn(async (tx, home) => {
        const first = !hasFactor(await factorsOf(tx, userId));
        await addPasskey(tx, userId, { ...passkey, name });
        const recoveryCodes = first ? await renewRecoveryCodes(tx, ctx.settings.factorKeys, userId) : [];
        if (first) await revokeOtherSessions(tx, userId, sessionId);
        await noteShown(tx, { userId, sessionId, factor: true });
        await tellOfFactor(tx, home, ctx, factorNews.passkeyAdded(name));
        return { subject: `person:${userId}`, after: { kind: "passkey", name }, result: { recoveryCodes } };
      });
    }),

  remove: freshMutation("factor.remove")
    .input(z.object({ passkey: z.string().min(1).max(1_400) }))
    .mutation(({ ctx, input }) =>
      ctx.changeOwn(async (tx, home) => {
        const name = await removePasskey(tx, ctx.userId, input.passkey);
        await tellOfFactor(tx, home, ctx, factorNews.passkeyRemoved(name));
        return { subject: `person:${ctx.userId}`, before: { kind: "passkey", name }, result: { ok: true as const } };
      }),
    ),
});
