import { router, tenantQuery } from "@/server/api/trpc";
import { listNotices } from "@/server/domain/incidents/notices";

export const noticesRouter = router({
  /** What a tenant may read of incidents that touch its phones, and those below. */
  list: tenantQuery("home.read").query(({ ctx }) => ctx.read((tx) => listNotices(tx))),
});
