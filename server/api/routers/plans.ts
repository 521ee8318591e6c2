import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { newPlanSchema, planEditSchema } from "@/server/domain/rating/plan.schema";
import { editPlan, endRate, planState } from "@/server/domain/rating/plan-edit";
import { assignPlan, createPlan, listPlans } from "@/server/domain/rating/plans";
import { lookUpPrice } from "@/server/domain/rating/price-lookup";
import { newRateSchema, prefixSchema, priceQuestionSchema } from "@/server/domain/rating/rate.schema";
import { auditOfRate, listRates, setRate } from "@/server/domain/rating/rates";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";

const planId = z.uuid();

export const plansRouter = router({
  list: tenantQuery("plans.read").query(async ({ ctx }) => {
    const items = await ctx.readBelow((tx) => listPlans(tx, ctx.tenantId));
    return { items: items.map((plan) => ({ ...plan, state: planState(plan) })) };
  }),

  rates: tenantQuery("plans.read")
    .input(
      z.object({
        planId,
        /** Those that begin with it. */
        prefix: z.union([z.literal(""), prefixSchema]).optional(),
        cursor: z
          .string()
          .regex(/^\d{1,15}\|[0-9 :.+-]{10,40}\|[0-9a-f-]{36}$/, "Not a cursor of this list.")
          .optional(),
        limit: z.number().int().min(1).max(500).optional(),
      }),
    )
    .query(({ ctx, input }) => ctx.read((tx) => listRates(tx, input))),

  price: tenantQuery("plans.read")
    .input(priceQuestionSchema.extend({ planId }))
    .query(async ({ ctx, input }) => {
      const { cost, ...price } = await ctx.read((tx) => lookUpPrice(tx, input.planId, input));
      return { ...price, costMicros: cost };
    }),

  create: tenantMutation("plans.write", "plan.create")
    .input(newPlanSchema)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const id = await createPlan(tx, ctx.tenantId, input);
        return { subject: `plan:${id}`, after: { name: input.name, currency: input.currency }, result: { id } };
      }),
    ),

  /** Its name, how much time a hold pays for, the margin wanted, and the figures of a markup. */
  edit: tenantMutation("plans.write", "plan.edit")
    .input(planEditSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...input } }) =>
      ctx.change(async (tx) => {
        const { before, after } = await editPlan(tx, ctx.tenantId, input);
        return { subject: `plan:${input.planId}`, before, after, result: { id: input.planId } };
      }),
    ),

  assign: tenantMutation("plans.write", "plan.assign")
    .input(z.object({ planId, toTenantSlug: z.string().min(1).max(63) }))
    .mutation(async ({ ctx, input }) => {
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, input.toTenantSlug));
      const result = await ctx.change(async (tx) => {
        const { before, after } = await assignPlan(tx, ctx.tenantId, { planId: input.planId, buyerId: buyer.id });
        const plan = { before: { plan: before }, after: { plan: after } };
        return { subject: `tenant:${buyer.id}`, alsoFor: [buyer.id], ...plan, result: { planId: after } };
      });
      ctx.publish(["tenants", "audit"], buyer.id);
      return result;
    }),

  setRate: tenantMutation("plans.write", "rate.set")
    .input(z.intersection(newRateSchema, z.object({ planId })))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { rate, ended } = await setRate(tx, ctx.tenantId, input);
        const after = { plan: input.planId, ...auditOfRate(rate) };
        const before = ended && { before: { rate: ended.id, ...auditOfRate(ended) } };
        return { subject: `rate:${rate.id}`, ...before, after, result: rate };
      }),
    ),

  /** A price that holds ends now; one that was planned goes. */
  endRate: tenantMutation("plans.write", "rate.end")
    .input(z.object({ planId, rateId: z.uuid() }))
    .mutation(({ ctx, input: { planId: plan, rateId } }) =>
      ctx.change(async (tx) => {
        const { planned, before } = await endRate(tx, ctx.tenantId, { planId: plan, rateId });
        return { subject: `rate:${rateId}`, before: { plan, ...before }, after: { planned }, result: { planned } };
      }),
    ),
});
