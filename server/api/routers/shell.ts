import { router, tenantQuery } from "@/server/api/trpc";
import { getShell } from "@/server/domain/overview/shell";
import { permissionsFor } from "@/server/domain/tenancy/roles";

export const shellRouter = router({
  get: tenantQuery("shell.read").query(async ({ ctx }) => {
    const shell = await ctx.readBelow((tx) => getShell(tx, ctx.tenantId));
    const ownSeat = ctx.seat.seatTenantId === ctx.tenantId;
    return { ...shell, role: ctx.seat.role, ownSeat, permissions: permissionsFor(ctx.seat.role) };
  }),
});
