import { z } from "zod";

import { atOperator } from "@/server/api/at-operator";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { listFollowUps, setFollowUpDone } from "@/server/domain/incidents/follow-ups";
import { incidentId } from "@/server/domain/incidents/incident.schema";
import { getReview, saveReview } from "@/server/domain/incidents/review";
import { followUpDoneSchema, followUpFilterSchema, saveReviewSchema } from "@/server/domain/incidents/review.schema";

/** What was learnt from incidents, and what is still to be done because of them. Moving to "reviewed" finishes a review. */
export const incidentReviewsRouter = router({
  get: tenantQuery("incidents.read")
    .input(z.object({ incidentId }))
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => getReview(tx, ctx.tenantId, input.incidentId));
    }),

  save: tenantMutation("incidents.write", "incident.write_review")
    .input(saveReviewSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...draft } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const by = { name: ctx.userId, userId: ctx.userId };
        const { incident, version, followUpIds } = await saveReview(tx, ctx.tenantId, draft, by);
        const after = { incident: incident.number, version, followUps: draft.followUps.length };
        return { subject: `incident:${incident.id}`, after, result: { number: incident.number, version, followUpIds } };
      });
    }),

  followUps: tenantQuery("incidents.read")
    .input(followUpFilterSchema)
    .query(({ ctx, input: { tenantSlug: _, ...filter } }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => listFollowUps(tx, ctx.tenantId, filter, ctx.userId));
    }),

  setDone: tenantMutation("incidents.write", "incident.do_follow_up")
    .input(followUpDoneSchema)
    .mutation(({ ctx, input: { followUpId, done } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const by = { name: ctx.userId, userId: ctx.userId };
        const { incidentId: id, incident } = await setFollowUpDone(tx, ctx.tenantId, { followUpId, done }, by);
        return {
          subject: `incident:${id}`,
          after: { incident, followUp: followUpId, done },
          result: { incident, done },
        };
      });
    }),
});
