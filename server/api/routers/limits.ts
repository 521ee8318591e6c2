import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { setCostPlan } from "@/server/domain/limits/cost-plan";
import {
  getLimits,
  listExtensionLimits,
  setBelowCost,
  setExtensionLimits,
  setLimits,
} from "@/server/domain/limits/limits";
import { extensionLimitsSchema, limitsSchema, previewSchema } from "@/server/domain/limits/limits.schema";
import { previewLimits } from "@/server/domain/limits/preview";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import { DomainError } from "@/server/kernel/errors";

const slug = z.string().min(1).max(63);

export const limitsRouter = router({
  /** The limits of the tenant in the address, or of one below it. */
  get: tenantQuery("balance.read")
    .input(z.object({ ofTenantSlug: slug.optional() }))
    .query(({ ctx, input }) =>
      ctx.readBelow(async (tx) => {
        const id = input.ofTenantSlug ? (await getTenantBelow(tx, input.ofTenantSlug)).id : ctx.tenantId;
        return getLimits(tx, id, ctx.tenantId);
      }),
    ),

  extensions: tenantQuery("balance.read").query(async ({ ctx }) => ({
    items: await ctx.read((tx) => listExtensionLimits(tx, ctx.tenantId)),
  })),

  /** What caps would have stopped in the last 30 days: of the tenant in the address, an extension of it, or a tenant below. */
  preview: tenantQuery("balance.read")
    .input(previewSchema.extend({ ofTenantSlug: slug.optional(), extensionId: z.uuid().optional() }))
    .query(({ ctx, input: { tenantSlug: _, ofTenantSlug, ...asked } }) =>
      ctx.readBelow(async (tx) => {
        const id = ofTenantSlug ? (await getTenantBelow(tx, ofTenantSlug)).id : ctx.tenantId;
        return previewLimits(tx, id, asked);
      }),
    ),

  /** What the tenant in the address wishes for itself. */
  set: tenantMutation("billing.write", "limits.set")
    .input(limitsSchema.extend({ seen: limitsSchema.optional() }))
    .mutation(({ ctx, input: { tenantSlug: _, seen, ...patch } }) =>
      ctx.change(async (tx) => {
        const changed = await setLimits(tx, ctx.tenantId, patch, seen);
        return { subject: `tenant:${ctx.tenantId}`, ...changed, result: changed.after };
      }),
    ),

  /** Whether the tenant in the address, which sells to others, lets calls through that it pays more for than it earns. */
  setBelowCost: tenantMutation("billing.write", "limits.set_below_cost")
    .input(z.object({ allowed: z.boolean() }))
    .mutation(({ ctx, input: { allowed } }) => {
      // From then on nobody counts what it loses.
      if (allowed) requireFresh(ctx.signedIn);
      return ctx.change(async (tx) => {
        const before = await setBelowCost(tx, allowed);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { sellsBelowCost: before },
          after: { sellsBelowCost: allowed },
          result: { allowed },
        };
      });
    }),

  /** Which plan of the operator's says what carriers ask; null for none. */
  setCostPlan: tenantMutation("billing.write", "limits.set_cost_plan")
    .input(z.object({ planId: z.uuid().nullable() }))
    .mutation(({ ctx, input: { planId } }) => {
      // From then on nobody counts what it loses.
      if (planId === null) requireFresh(ctx.signedIn);
      return ctx.change(async (tx) => {
        const { before, after } = await setCostPlan(tx, planId);
        // A plan without prices would be as good as none.
        if (before !== null && before !== after) requireFresh(ctx.signedIn);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { costPlan: before },
          after: { costPlan: after },
          result: { planId },
        };
      });
    }),

  setExtension: tenantMutation("billing.write", "limits.set")
    .input(extensionLimitsSchema.extend({ extensionId: z.uuid(), seen: extensionLimitsSchema.optional() }))
    .mutation(({ ctx, input: { tenantSlug: _, extensionId, seen, ...patch } }) =>
      ctx.change(async (tx) => {
        const { number, before, after } = await setExtensionLimits(tx, ctx.tenantId, extensionId, patch, seen);
        return {
          subject: `extension:${extensionId}`,
          before: { extension: number, ...before },
          after: { extension: number, ...after },
          result: after,
        };
      }),
    ),

  /** What the tenant in the address allows one below it, which cannot lift it. */
  setBelow: tenantMutation("billing.write", "limits.set")
    .input(limitsSchema.extend({ ofTenantSlug: slug, seen: limitsSchema.optional() }))
    .mutation(async ({ ctx, input: { tenantSlug: _, ofTenantSlug, seen, ...patch } }) => {
      const below = await ctx.readBelow((tx) => getTenantBelow(tx, ofTenantSlug));
      if (below.id === ctx.tenantId) throw new DomainError("not_below", { field: "ofTenantSlug" });
      const result = await ctx.change(async (tx) => {
        const { before, after } = await setLimits(tx, below.id, patch, seen);
        return { subject: `tenant:${below.id}`, before, after, alsoFor: [below.id], result: after };
      });
      ctx.publish(["balance", "audit"], below.id);
      return result;
    }),
});
