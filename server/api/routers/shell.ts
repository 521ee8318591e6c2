import { router, tenantQuery } from "@/server/api/trpc";
import { getShell } from "@/server/domain/overview/shell";
import { permissionsFor } from "@/server/domain/tenancy/roles";
import { seatAllows } from "@/server/domain/tenancy/seats";

export const shellRouter = router({
  get: tenantQuery("shell.read").query(async ({ ctx }) => {
    const shell = await ctx.readBelow((tx) => getShell(tx, ctx.tenantId));
    const ownSeat = ctx.seat.seatTenantId === ctx.tenantId;
    const { seat } = ctx;
    return {
      ...shell,
      role: seat.role,
      ownSeat,
      permissions: permissionsFor(seat.role).filter((permission) => seatAllows(seat, permission)),
      /** What this session looks at; the bar says so on every page, whichever tenant is on it. */
      viewing: ctx.signedIn.viewing ?? null,
    };
  }),
});
