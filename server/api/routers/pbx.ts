import { z } from "zod";

import { onlyAtOperator } from "@/server/api/at-operator";
import { router, tenantQuery } from "@/server/api/trpc";
import { pbxBoard } from "@/server/domain/pbx/pbxs";
import { trunkBoard } from "@/server/domain/pbx/trunk-calls";

const atOperator = onlyAtOperator("pbx", "PBXs and trunks are the operator's: open them there.");

export const pbxRouter = router({
  /** Each PBX: its link, what it carries, and how old the secrets of its manager interface are. */
  list: tenantQuery("system.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(pbxBoard);
  }),

  /** Each trunk with what it carried within the last hour or day. */
  trunks: tenantQuery("system.read")
    .input(z.object({ hours: z.union([z.literal(1), z.literal(24)]).default(1) }))
    .query(({ ctx, input: { hours } }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => trunkBoard(tx, hours));
    }),
});
