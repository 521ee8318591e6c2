import { router, tenantQuery } from "@/server/api/trpc";
import { reportSchema } from "@/server/domain/usage/period.schema";
import { readReport } from "@/server/domain/usage/report";

export const reportsRouter = router({
  usage: tenantQuery("calls.read")
    .input(reportSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => readReport(tx, ctx.tenantId, input))),
});
