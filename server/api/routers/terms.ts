import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { creditLimitSchema } from "@/server/domain/billing/billing.schema";
import { listRecentTransfers } from "@/server/domain/billing/recent-transfers";
import { percentOf, taxSchema } from "@/server/domain/billing/tax.schema";
import { getTerms, setCreditLimit, setTax } from "@/server/domain/billing/terms";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import { decimalOf } from "@/server/kernel/money";

const slug = z.string().min(1).max(63);

/** On which terms a tenant buys: its credit and its tax, set by those above it. */
export const termsRouter = router({
  /** Of the tenant in the address, or of one below it. */
  get: tenantQuery("balance.read")
    .input(z.object({ ofTenantSlug: slug.optional() }))
    .query(({ ctx, input }) =>
      ctx.readBelow(async (tx) => {
        const id = input.ofTenantSlug ? (await getTenantBelow(tx, input.ofTenantSlug)).id : ctx.tenantId;
        return getTerms(tx, id);
      }),
    ),

  /** Transfers with a tenant below, or between two below, that can still be taken back. */
  transfers: tenantQuery("balance.read")
    .input(z.object({ ofTenantSlug: slug }))
    .query(({ ctx, input }) =>
      ctx.readBelow(async (tx) => ({
        items: await listRecentTransfers(tx, (await getTenantBelow(tx, input.ofTenantSlug)).id),
      })),
    ),

  setCreditLimit: tenantMutation("billing.write", "billing.set_credit_limit")
    .input(creditLimitSchema.extend({ ofTenantSlug: slug, seen: seenSchema }))
    .mutation(async ({ ctx, input: { ofTenantSlug, limit, seen } }) => {
      // What may be owed is money as well.
      if (limit > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, ofTenantSlug));
      const result = await ctx.change(async (tx) => {
        const before = await setCreditLimit(tx, buyer, limit);
        // The one directly above gives it out of its own limit, so it reads of it too.
        const others = [buyer.parentId, buyer.id].filter((id) => id !== null && id !== ctx.tenantId);
        return {
          subject: `tenant:${buyer.id}`,
          before: { creditLimit: decimalOf(before) },
          after: { creditLimit: decimalOf(limit), currency: buyer.currency },
          seen,
          alsoFor: others.filter((id) => id !== null),
          result: { creditLimitMicros: limit },
        };
      });
      ctx.publish(["balance", "audit"], buyer.id);
      return result;
    }),

  setTax: tenantMutation("billing.write", "billing.set_tax")
    .input(taxSchema.extend({ ofTenantSlug: slug, seen: seenSchema }))
    .mutation(async ({ ctx, input: { ofTenantSlug, percent, name, seen } }) => {
      const buyer = await ctx.readBelow((tx) => getTenantBelow(tx, ofTenantSlug));
      const result = await ctx.change(async (tx) => {
        const before = await setTax(tx, buyer.id, { percent, name });
        const after = { percent: percentOf(percent), name };
        return {
          subject: `tenant:${buyer.id}`,
          before: { percent: percentOf(before.ppm), name: before.name },
          after,
          seen,
          alsoFor: [buyer.id],
          result: after,
        };
      });
      ctx.publish(["balance", "audit"], buyer.id);
      return result;
    }),
});
