import { router, tenantQuery } from "@/server/api/trpc";
import { brandHere } from "@/server/domain/brands/brands";
import { getShell } from "@/server/domain/overview/shell";
import { permissionsFor } from "@/server/domain/tenancy/roles";
import { seatAllows } from "@/server/domain/tenancy/seats";

export const shellRouter = router({
  get: tenantQuery("shell.read").query(async ({ ctx }) => {
    const [shell, brand] = await ctx.readBelow(
      async (tx) => [await getShell(tx, ctx.tenantId), await brandHere(tx)] as const,
    );
    const ownSeat = ctx.seat.seatTenantId === ctx.tenantId;
    const { seat } = ctx;
    return {
      ...shell,
      brand,
      role: seat.role,
      ownSeat,
      permissions: permissionsFor(seat.role).filter((permission) => seatAllows(seat, permission)),
      /** What this session looks at; the bar says so on every page, whichever tenant is on it. */
      viewing: ctx.signedIn.viewing ?? null,
    };
  }),
});
