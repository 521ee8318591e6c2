import { z } from "zod";

import { atOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { containmentSchema, containPreviewSchema, containSchema } from "@/server/domain/incidents/containment.schema";
import { previewLetter } from "@/server/domain/incidents/containment-letter";
import { listContainments, previewContainment, targetNamed } from "@/server/domain/incidents/containment-list";
import { releaseContainment, retryContainment, startContainment } from "@/server/domain/incidents/containments";
import { incidentId } from "@/server/domain/incidents/incident.schema";

/** What an incident stops, and lets go again. */
export const containmentRouter = router({
  list: tenantQuery("incidents.read")
    .input(z.object({ incidentId }))
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow((tx) => listContainments(tx, ctx.tenantId, input.incidentId));
    }),

  /** What a press of "contain" would do, with counts. Changes nothing. */
  preview: tenantQuery("incidents.read")
    .input(containPreviewSchema)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow(async (tx) => {
        const target = await targetNamed(tx, input);
        return previewContainment(tx, ctx.tenantId, { incidentId: input.incidentId, target });
      });
    }),

  /** What the customer's owners would be mailed, in their language. Changes nothing. */
  letter: tenantQuery("incidents.read")
    .input(containPreviewSchema)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow(async (tx) => {
        const target = await targetNamed(tx, input);
        const asked = { incidentId: input.incidentId, target, appUrl: ctx.settings.appUrl };
        return previewLetter(tx, ctx.tenantId, asked);
      });
    }),

  start: tenantMutation("incidents.write", "incident.contain")
    .input(containSchema)
    .mutation(async ({ ctx, input: { incidentId, prefixes, skip, text, ...named } }) => {
      atOperator(ctx.seat);
      const target = await ctx.readBelow((tx) => targetNamed(tx, named));
      const result = await ctx.change(async (tx) => {
        const asked = { incidentId, target, prefixes, skip, note: text };
        const done = await startContainment(tx, ctx.tenantId, asked, { name: ctx.userId, userId: ctx.userId });
        const { id, subject, joined, incident } = done;
        const after = { incident, subject, joined, prefixes: prefixes.join(" "), skip: skip.join(" ") };
        const alsoFor = target.tenantId === ctx.tenantId ? [] : [target.tenantId];
        return { subject: `incident:${incidentId}`, after, alsoFor, result: { id, subject, joined } };
      });
      ctx.publish(["extensions", "audit"], target.tenantId);
      return result;
    }),

  /** Tries again, now, what could not be done. */
  retry: tenantMutation("incidents.write", "incident.contain_again")
    .input(containmentSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { id, incidentId, incident, subject } = await retryContainment(tx, ctx.tenantId, input.containmentId);
        return { subject: `incident:${incidentId}`, after: { incident, subject }, result: { id, subject } };
      });
    }),

  release: tenantMutation("incidents.write", "incident.release")
    .input(containmentSchema)
    .mutation(async ({ ctx, input }) => {
      atOperator(ctx.seat);
      const by = { name: ctx.userId, userId: ctx.userId };
      const { ofTenantId, result } = await ctx.change(async (tx) => {
        const done = await releaseContainment(tx, ctx.tenantId, input.containmentId, by);
        const { incidentId, incident, subject, lifted, stillHeld, stays } = done;
        const after = { incident, subject, lifted, stillHeld };
        const alsoFor = done.ofTenantId === ctx.tenantId ? [] : [done.ofTenantId];
        const result = { subject, lifted, stillHeld, stays };
        return { subject: `incident:${incidentId}`, after, alsoFor, result: { ofTenantId: done.ofTenantId, result } };
      });
      ctx.publish(["extensions", "audit"], ofTenantId);
      return result;
    }),
});
