import { z } from "zod";

import { router, tenantQuery } from "@/server/api/trpc";
import { readEarnings } from "@/server/domain/earnings/earnings";
import { monthSchema } from "@/server/domain/earnings/earnings.schema";

/** What a seller earns with those below it. */
export const earningsRouter = router({
  month: tenantQuery("tenants.read")
    .input(z.object({ month: monthSchema }))
    .query(({ ctx, input }) => ctx.readBelow((tx) => readEarnings(tx, ctx.tenantId, input.month))),
});
