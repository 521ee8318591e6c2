import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { addPlan, listBoughtPlans, removePlan } from "@/server/domain/rating/tenant-plans";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";

const slug = z.string().min(1).max(63);
const given = z.object({ planId: z.uuid(), toTenantSlug: slug });

/** By which plans a tenant buys, in the order in which they are asked. */
export const tenantPlansRouter = router({
  list: tenantQuery("plans.read")
    .input(z.object({ ofTenantSlug: slug.optional() }))
    .query(({ ctx, input }) =>
      input.ofTenantSlug
        ? ctx.readBelow(async (tx) => {
            const { id } = await getTenantBelow(tx, input.ofTenantSlug ?? "");
            return { items: await listBoughtPlans(tx, id, ctx.tenantId) };
          })
        : ctx.read(async (tx) => ({ items: await listBoughtPlans(tx, ctx.tenantId, ctx.tenantId) })),
    ),

  add: tenantMutation("plans.write", "plan.assign")
    .input(given.extend({ priority: z.number().int().min(1, "From 1 to 99.").max(99, "From 1 to 99.") }))
    .mutation(async ({ ctx, input: { planId, toTenantSlug, priority } }) => {
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, toTenantSlug));
      const result = await ctx.change(async (tx) => {
        const { before } = await addPlan(tx, ctx.tenantId, { planId, buyerId: buyer.id, priority });
        return {
          subject: `tenant:${buyer.id}`,
          before: { plan: before === null ? null : planId, priority: before },
          after: { plan: planId, priority },
          alsoFor: [buyer.id],
          result: { planId, priority },
        };
      });
      ctx.publish(["tenants", "audit"], buyer.id);
      return result;
    }),

  remove: tenantMutation("plans.write", "plan.unassign")
    .input(given)
    .mutation(async ({ ctx, input: { planId, toTenantSlug } }) => {
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, toTenantSlug));
      const result = await ctx.change(async (tx) => {
        const changed = await removePlan(tx, ctx.tenantId, { planId, buyerId: buyer.id });
        const before = { plan: changed ? planId : null };
        return {
          subject: `tenant:${buyer.id}`,
          before,
          after: { plan: null },
          alsoFor: [buyer.id],
          result: { changed },
        };
      });
      ctx.publish(["tenants", "audit"], buyer.id);
      return result;
    }),
});
