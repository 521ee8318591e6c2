import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { change } from "@/server/domain/audit/change";
import { destinationSchema } from "@/server/domain/destinations/destination.schema";
import { listDestinations, setDestination } from "@/server/domain/destinations/destinations";

export const destinationsRouter = router({
  list: tenantQuery("destinations.read").query(async ({ ctx }) => ({
    items: await ctx.read((tx) => listDestinations(tx, ctx.tenantId)),
  })),

  /** Opening and closing are two acts in the trail, one switch on the page. */
  set: tenantMutation("destinations.write", "destination.allow")
    .input(destinationSchema)
    .mutation(async ({ ctx, input: { country, open } }) => {
      const action = open ? "destination.allow" : "destination.deny";
      const by = { tenantId: ctx.tenantId, actingTenantId: ctx.seat.seatTenantId, actor: ctx.actor, action } as const;
      const result = await change(ctx.db, by, async (tx) => {
        const { before } = await setDestination(tx, ctx.tenantId, { country, open });
        return {
          subject: `destination:${country}`,
          before: { open: before },
          after: { open },
          result: { country, open },
        };
      });
      ctx.publish(["audit"]);
      return result;
    }),
});
