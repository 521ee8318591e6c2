import { router, tenantQuery } from "@/server/api/trpc";
import { find } from "@/server/domain/search/find";
import { searchSchema } from "@/server/domain/search/search.schema";
import { seatAllows } from "@/server/domain/tenancy/seats";

export const searchRouter = router({
  /** What the text may name, of all that this seat may read here and below. */
  find: tenantQuery("shell.read")
    .input(searchSchema)
    .query(({ ctx, input }) =>
      ctx.readBelow((tx) => find(tx, ctx.tenantId, input.text, (permission) => seatAllows(ctx.seat, permission))),
    ),
});
