import { router, tenantQuery } from "@/server/api/trpc";
import { getShell } from "@/server/domain/overview/shell";
import { permissionsFor } from "@/server/domain/tenancy/roles";

export const shellRouter = router({
  get: tenantQuery("shell.read").query(async ({ ctx }) => {
    const shell = await ctx.readBelow((tx) => getShell(tx, ctx.tenantId));
    return { ...shell, role: ctx.seat.role, permissions: permissionsFor(ctx.seat.role) };
  }),
});
