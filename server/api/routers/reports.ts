import { router, tenantQuery } from "@/server/api/trpc";
import { callFilterSchema } from "@/server/domain/calls/call.schema";
import { mayReachBelow } from "@/server/domain/calls/call-reach";
import { totalCalls } from "@/server/domain/calls/call-totals";
import { readPulse } from "@/server/domain/overview/pulse";
import { readReport } from "@/server/domain/usage/report";
import { reportSchema } from "@/server/domain/usage/report.schema";

// Figures of many calls: what is here is asked for now and then, not again with every call that comes or goes.
export const reportsRouter = router({
  usage: tenantQuery("calls.read")
    .input(reportSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => readReport(tx, ctx.tenantId, input))),

  /** How many calls a filter of the list lets through and what they come to; exact, or of so many and then about. */
  calls: tenantQuery("calls.read")
    .input(callFilterSchema)
    .query(({ ctx, input }) => {
      const read = mayReachBelow(input) ? ctx.readBelow : ctx.read;
      return read((tx) => totalCalls(tx, ctx.tenantId, input));
    }),

  /** The calls of this moment, at the tenant and below it, and the money that hangs on them. */
  pulse: tenantQuery("calls.read").query(({ ctx }) => ctx.readBelow(readPulse)),
});
