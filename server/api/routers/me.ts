import { z } from "zod";

import { router, signedInMutation, signedInQuery } from "@/server/api/trpc";
import { languageSchema } from "@/server/domain/languages/language.schema";
import { languageOfPerson, setOwnLanguage } from "@/server/domain/languages/languages";
import { seatsOf } from "@/server/domain/tenancy/seats";

export const meRouter = router({
  get: signedInQuery.query(async ({ ctx }) => {
    const { userId, email, name } = ctx.signedIn;
    const [seats, language] = await Promise.all([
      seatsOf(ctx.db, userId, ctx.signedIn.within),
      languageOfPerson(ctx.db, userId),
    ]);
    return { user: { id: userId, email, name, language }, seats };
  }),

  setLanguage: signedInMutation("person.set_language")
    .input(z.object({ language: languageSchema }))
    .mutation(({ ctx, input: { language } }) =>
      ctx.changeOwn(async (tx) => {
        const before = await setOwnLanguage(tx, ctx.userId, language);
        return {
          subject: `person:${ctx.userId}`,
          before: { language: before },
          after: { language },
          result: { language },
        };
      }),
    ),
});
