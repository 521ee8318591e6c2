import { router, tenantQuery } from "@/server/api/trpc";
import { getHome } from "@/server/domain/overview/home";

export const homeRouter = router({
  get: tenantQuery("home.read").query(({ ctx }) => ctx.readBelow((tx) => getHome(tx, ctx.tenantId))),
});
