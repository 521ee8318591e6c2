import { z } from "zod";

import { onlyAtOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { clearPolicy, listExceptions, listPolicies, setPolicy } from "@/server/domain/retention/policies";
import { policySchema, retentionClassSchema } from "@/server/domain/retention/retention.schema";
import { dryRun, lastRuns, lastSweeps } from "@/server/domain/retention/sweeps";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

/** What is kept of the PBX, of people and of files is one answer for a house; exceptions of tenants are made there too. */
const atOperator = onlyAtOperator("retention", "Retention is the operator's: open it there.");

const slug = z.string().min(1).max(40);

export const retentionRouter = router({
  board: tenantQuery("retention.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.readBelow(async (tx) => ({
      now: new Date(),
      policies: await listPolicies(tx, ctx.tenantId),
      exceptions: await listExceptions(tx),
      runs: await lastRuns(tx),
      sweeps: await lastSweeps(tx),
    }));
  }),

  /** What holds at one tenant below. */
  policies: tenantQuery("retention.read")
    .input(z.object({ ofTenantSlug: slug }))
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow(async (tx) => listPolicies(tx, (await getTenantBelow(tx, input.ofTenantSlug)).id));
    }),

  dryRun: tenantQuery("retention.read")
    .input(z.object({ class: retentionClassSchema }))
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow((tx) => dryRun(tx, input.class));
    }),

  set: tenantMutation("retention.write", "retention.set")
    .input(policySchema.extend({ ofTenantSlug: slug, seen: seenSchema }))
    .mutation(async ({ ctx, input: { ofTenantSlug, tenantSlug: _, seen, ...policy } }) => {
      atOperator(ctx.seat);
      const { id } = await ctx.readBelow((tx) => getTenantBelow(tx, ofTenantSlug));
      return ctx.change(async (tx) => {
        const { before, after } = await setPolicy(tx, id, policy, `user:${ctx.userId}`);
        return {
          ...told(ctx.tenantId, id),
          subject: `retention:${policy.class}`,
          before,
          after: { ...after, tenant: ofTenantSlug },
          seen,
          result: after,
        };
      });
    }),

  /** Takes a tenant's own policy back, so that the one above it counts. */
  inherit: tenantMutation("retention.write", "retention.set")
    .input(z.object({ ofTenantSlug: slug, class: retentionClassSchema }))
    .mutation(async ({ ctx, input }) => {
      atOperator(ctx.seat);
      const { id } = await ctx.readBelow((tx) => getTenantBelow(tx, input.ofTenantSlug));
      return ctx.change(async (tx) => {
        const { before, after } = await clearPolicy(tx, id, input.class, `user:${ctx.userId}`);
        return {
          ...told(ctx.tenantId, id),
          subject: `retention:${input.class}`,
          before,
          after: { ...after, tenant: input.ofTenantSlug },
          result: after,
        };
      });
    }),

  /** The sweep itself comes a moment later, and leaves its receipts. */
  run: tenantMutation("retention.write", "retention.run").mutation(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.change(async (tx) => {
      const id = await enqueue(tx, ctx.tenantId, "sweepRetentionNow", {});
      return { subject: `job:${id}`, result: { askedAt: new Date() } };
    });
  }),
});

/** Whose trail shows the change besides the operator's. */
const told = (operator: TenantId, of: TenantId) => (of === operator ? {} : { alsoFor: [of] });
