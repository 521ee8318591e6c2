import { router, tenantQuery } from "@/server/api/trpc";
import { readReport } from "@/server/domain/usage/report";
import { reportSchema } from "@/server/domain/usage/report.schema";

export const reportsRouter = router({
  usage: tenantQuery("calls.read")
    .input(reportSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => readReport(tx, ctx.tenantId, input))),
});
