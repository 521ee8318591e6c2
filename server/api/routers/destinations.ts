import { z } from "zod";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { change } from "@/server/domain/audit/change";
import {
  changesOf,
  countrySchema,
  destinationChangesSchema,
  destinationPreviewSchema,
  fraudRangesSchema,
  reaches,
} from "@/server/domain/destinations/destination.schema";
import { describeDestination, previewDestinations } from "@/server/domain/destinations/destination-use";
import { auditOfDestinations, listDestinations, saveDestinations } from "@/server/domain/destinations/destinations";
import { importFraudRanges, listFraudRanges } from "@/server/domain/destinations/fraud-ranges";
import { listFromPrices } from "@/server/domain/destinations/from-prices";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

export const destinationsRouter = router({
  list: tenantQuery("destinations.read").query(async ({ ctx }) => ({
    items: await ctx.read((tx) => listDestinations(tx, ctx.tenantId)),
  })),

  /** What a minute costs there at least; apart from the list, which is not to wait for it. */
  prices: tenantQuery("destinations.read").query(async ({ ctx }) => ({ items: await ctx.read(listFromPrices) })),

  describe: tenantQuery("destinations.read")
    .input(z.object({ country: countrySchema, reach: z.enum(reaches).default("own") }))
    .query(({ ctx, input }) => {
      const work = (tx: TenantRead) => describeDestination(tx, ctx.tenantId, input);
      return input.reach === "below" ? ctx.readBelow(work) : ctx.read(work);
    }),

  /** What the calls of the last 90 days would have met. Changes nothing. */
  preview: tenantQuery("destinations.read")
    .input(destinationPreviewSchema)
    .query(({ ctx, input }) => {
      const asked = { reach: input.reach, changes: changesOf(input) };
      const work = (tx: TenantRead) => previewDestinations(tx, ctx.tenantId, asked);
      return input.reach === "below" ? ctx.readBelow(work) : ctx.read(work);
    }),

  /** Opening and closing are two acts in the trail; where one save does both, the graver one names it. */
  save: tenantMutation("destinations.write", "destination.allow")
    .input(destinationChangesSchema)
    .mutation(async ({ ctx, input }) => {
      const action = input.changes.some(({ open }) => open) ? "destination.allow" : "destination.deny";
      const by = { tenantId: ctx.tenantId, actingTenantId: ctx.seat.seatTenantId, actor: ctx.actor, action } as const;
      const result = await change(ctx.db, by, async (tx) => {
        const saved = await saveDestinations(tx, ctx.tenantId, input);
        return { ...auditOfDestinations(input.reach, saved), result: { after: saved.after } };
      });
      ctx.publish(["audit"]);
      return result;
    }),

  ranges: tenantQuery("destinations.read").query(async ({ ctx }) => ({ items: await ctx.read(listFraudRanges) })),

  /** The operator's list, for everybody; refused as a whole when a line of it is none. */
  importRanges: tenantMutation("destinations.write", "destination.import_ranges")
    .input(fraudRangesSchema)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const result = await importFraudRanges(tx, input.ranges);
        return { subject: "fraud_ranges", after: result, result };
      }),
    ),
});
