import { z } from "zod";

import { atOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import {
  commentSchema,
  incidentFilterSchema,
  incidentId,
  mergeManySchema,
  mergeSchema,
  moveIncidentSchema,
  openIncidentSchema,
  ownerSchema,
  severitySchema,
  snoozeSchema,
  tellSchema,
} from "@/server/domain/incidents/incident.schema";
import { getIncident, listIncidents } from "@/server/domain/incidents/incident-list";
import {
  acknowledgeIncident,
  assignIncident,
  commentIncident,
  type IncidentOf,
  mergeIncident,
  openIncident,
  setSeverity,
  unmergeIncident,
  type Worker,
} from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { relatedIncidents } from "@/server/domain/incidents/related";
import { concernedBy, concernedNamed, tellCustomer } from "@/server/domain/incidents/tell-customer";
import { readTimeline, timelineSchema } from "@/server/domain/incidents/timeline";
import { mergeIncidents, snoozeIncidents } from "@/server/domain/incidents/together";
import { dueIncidents } from "@/server/domain/overview/due-incidents";
import { listMembers } from "@/server/domain/tenancy/members";
import type { UserId } from "@/server/kernel/ids";

const one = z.object({ incidentId });
const by = (ctx: { readonly userId: UserId }): Worker => ({ name: ctx.userId, userId: ctx.userId });
const valuesOf = ({ number, state, severity, ownerId }: IncidentOf) => ({
  incident: number,
  state,
  severity,
  owner: ownerId,
});
const changed = ({ before, after }: { before: IncidentOf; after: IncidentOf }) => ({
  subject: `incident:${after.id}`,
  before: valuesOf(before),
  after: valuesOf(after),
  result: { id: after.id, number: after.number, state: after.state, severity: after.severity },
});

export const incidentsRouter = router({
  list: tenantQuery("incidents.read")
    .input(incidentFilterSchema)
    .query(async ({ ctx, input: { tenantSlug: _, ...filter } }) => {
      atOperator(ctx.seat);
      const page = await ctx.readBelow((tx) => listIncidents(tx, ctx.tenantId, filter, ctx.userId));
      // By whose clock ages and what is due are counted.
      return { ...page, now: new Date() };
    }),

  /** What is due next, by the clocks. */
  due: tenantQuery("incidents.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read((tx) => dueIncidents(tx, ctx.tenantId));
  }),

  get: tenantQuery("incidents.read")
    .input(one)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow((tx) => getIncident(tx, ctx.tenantId, input.incidentId));
    }),

  /** Older lines of its timeline, or those of one kind. */
  timeline: tenantQuery("incidents.read")
    .input(timelineSchema)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => readTimeline(tx, ctx.tenantId, input));
    }),

  /** Others that touch the same addresses, phones or numbers. */
  related: tenantQuery("incidents.read")
    .input(one)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => relatedIncidents(tx, ctx.tenantId, input.incidentId));
    }),

  /** Who can own an incident. */
  owners: tenantQuery("incidents.read").query(async ({ ctx }) => {
    atOperator(ctx.seat);
    const members = await ctx.read((tx) => listMembers(tx, ctx.tenantId));
    return members.map(({ userId, name, email }) => ({ id: userId, name: name || email }));
  }),

  open: tenantMutation("incidents.write", "incident.open")
    .input(openIncidentSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const result = await openIncident(tx, ctx.tenantId, asked, by(ctx));
        const after = { incident: result.number, title: asked.title, severity: asked.severity };
        return { subject: `incident:${result.id}`, after, result };
      });
    }),

  acknowledge: tenantMutation("incidents.write", "incident.acknowledge")
    .input(one)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => changed(await acknowledgeIncident(tx, ctx.tenantId, input.incidentId, by(ctx))));
    }),

  move: tenantMutation("incidents.write", "incident.move")
    .input(moveIncidentSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...move } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { after, ...done } = changed(await moveIncident(tx, ctx.tenantId, move, by(ctx)));
        return { ...done, after: { ...after, reason: move.reason ?? null } };
      });
    }),

  setSeverity: tenantMutation("incidents.write", "incident.set_severity")
    .input(severitySchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => changed(await setSeverity(tx, ctx.tenantId, input, by(ctx))));
    }),

  assign: tenantMutation("incidents.write", "incident.assign")
    .input(ownerSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => changed(await assignIncident(tx, ctx.tenantId, input, by(ctx))));
    }),

  comment: tenantMutation("incidents.write", "incident.comment")
    .input(commentSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { id, number } = await commentIncident(tx, ctx.tenantId, input, by(ctx));
        return { subject: `incident:${id}`, after: { incident: number }, result: { id, number } };
      });
    }),

  /** Whom it concerns, so that there is somebody to write to. */
  concerned: tenantQuery("incidents.read")
    .input(one)
    .query(async ({ ctx, input }) => {
      atOperator(ctx.seat);
      const found = await ctx.readBelow((tx) => concernedBy(tx, ctx.tenantId, input.incidentId));
      return found.map(({ slug, name, owners }) => ({ slug, name, owners }));
    }),

  tell: tenantMutation("incidents.write", "incident.tell_tenant")
    .input(tellSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      const to = await ctx.readBelow((tx) => concernedNamed(tx, ctx.tenantId, asked));
      return ctx.change(async (tx) => {
        const words = { ...asked, to, appUrl: ctx.settings.appUrl };
        const { number, mails } = await tellCustomer(tx, ctx.tenantId, words, by(ctx));
        const after = { incident: number, tenant: to.slug, mails };
        return { subject: `incident:${asked.incidentId}`, after, alsoFor: [to.id], result: { name: to.name, mails } };
      });
    }),

  merge: tenantMutation("incidents.write", "incident.merge")
    .input(mergeSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { incident, into } = await mergeIncident(tx, ctx.tenantId, input, by(ctx));
        const after = { incident: incident.number, into: into.number };
        return { subject: `incident:${incident.id}`, after, result: { id: into.id, number: into.number } };
      });
    }),

  mergeMany: tenantMutation("incidents.write", "incident.merge")
    .input(mergeManySchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const merged = await mergeIncidents(tx, ctx.tenantId, asked, by(ctx));
        const incidents = merged.map(({ incident }) => incident.number).join(" ");
        const number = merged[0]?.into.number ?? "";
        const result = { id: asked.intoIncidentId, number, merged: merged.map(({ incident }) => incident.id) };
        return { subject: `incident:${asked.intoIncidentId}`, after: { incidents, into: number }, result };
      });
    }),

  snooze: tenantMutation("incidents.write", "incident.snooze")
    .input(snoozeSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const done = await snoozeIncidents(tx, ctx.tenantId, asked, by(ctx));
        const incidents = done.map(({ number }) => number).join(" ");
        const until = asked.until?.toISOString() ?? null;
        return {
          subject: `incident:${done[0]?.id}`,
          after: { incidents, until },
          result: { count: done.length, until },
        };
      });
    }),

  unmerge: tenantMutation("incidents.write", "incident.unmerge")
    .input(one)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { incident, from } = await unmergeIncident(tx, ctx.tenantId, input.incidentId, by(ctx));
        const after = { incident: incident.number, from };
        return { subject: `incident:${incident.id}`, after, result: { id: incident.id, number: incident.number } };
      });
    }),
});
