import { router, tenantQuery } from "@/server/api/trpc";
import { getHome } from "@/server/domain/overview/home";
import { readPulse } from "@/server/domain/overview/pulse";

export const homeRouter = router({
  get: tenantQuery("home.read").query(({ ctx }) => ctx.readBelow((tx) => getHome(tx, ctx.tenantId))),

  /** The calls of this moment, at the tenant and below it, and the money that hangs on them. */
  pulse: tenantQuery("calls.read").query(({ ctx }) => ctx.readBelow(readPulse)),
});
