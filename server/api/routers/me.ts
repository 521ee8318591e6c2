import { router, signedInQuery } from "@/server/api/trpc";
import { seatsOf } from "@/server/domain/tenancy/seats";

export const meRouter = router({
  get: signedInQuery.query(async ({ ctx }) => {
    const { userId, email, name } = ctx.signedIn;
    return { user: { id: userId, email, name }, seats: await seatsOf(ctx.db, userId, ctx.signedIn.within) };
  }),
});
