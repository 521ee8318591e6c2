import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { newBundleSchema } from "@/server/domain/bundles/bundle.schema";
import { createBundle, endBundle, giveBundle, listBundles, listHeldBundles } from "@/server/domain/bundles/bundles";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";

const slug = z.string().min(1).max(63);
const given = z.object({ bundleId: z.uuid(), toTenantSlug: slug });

export const bundlesRouter = router({
  /** What the tenant in the address sells. */
  list: tenantQuery("plans.read").query(async ({ ctx }) => ({
    items: await ctx.readBelow((tx) => listBundles(tx, ctx.tenantId)),
  })),

  /** What the tenant in the address, or one below it, has and has left. */
  held: tenantQuery("balance.read")
    .input(z.object({ ofTenantSlug: slug.optional() }))
    .query(({ ctx, input }) =>
      input.ofTenantSlug
        ? ctx.readBelow(async (tx) => ({
            items: await listHeldBundles(tx, (await getTenantBelow(tx, input.ofTenantSlug ?? "")).id),
          }))
        : ctx.read(async (tx) => ({ items: await listHeldBundles(tx, ctx.tenantId) })),
    ),

  create: tenantMutation("plans.write", "bundle.create")
    .input(newBundleSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...bundle } }) =>
      ctx.change(async (tx) => {
        const id = await createBundle(tx, ctx.tenantId, bundle);
        const { name, quantity, unit, period, prefixes } = bundle;
        const after = { name, quantity, unit, period, prefixes: prefixes.join(" ").slice(0, 500) };
        return { subject: `bundle:${id}`, after, result: { id } };
      }),
    ),

  give: tenantMutation("plans.write", "bundle.give")
    .input(given)
    .mutation(async ({ ctx, input }) => {
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, input.toTenantSlug));
      const result = await ctx.change(async (tx) => {
        const { changed, name } = await giveBundle(tx, ctx.tenantId, { bundleId: input.bundleId, buyerId: buyer.id });
        const after = { bundle: name, to: buyer.slug };
        return { subject: `bundle:${input.bundleId}`, after, alsoFor: [buyer.id], result: { changed } };
      });
      ctx.publish(["balance", "audit"], buyer.id);
      return result;
    }),

  end: tenantMutation("plans.write", "bundle.end")
    .input(given)
    .mutation(async ({ ctx, input }) => {
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, input.toTenantSlug));
      const result = await ctx.change(async (tx) => {
        const { changed, name } = await endBundle(tx, ctx.tenantId, { bundleId: input.bundleId, buyerId: buyer.id });
        const before = { bundle: name, to: buyer.slug };
        return { subject: `bundle:${input.bundleId}`, before, alsoFor: [buyer.id], result: { changed } };
      });
      ctx.publish(["balance", "audit"], buyer.id);
      return result;
    }),
});
