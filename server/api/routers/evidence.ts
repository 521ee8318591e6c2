import { z } from "zod";

import { atOperator } from "@/server/api/at-operator";
import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { askEvidence } from "@/server/domain/evidence/ask";
import { askEvidenceSchema, liftHoldSchema, placeHoldSchema } from "@/server/domain/evidence/evidence.schema";
import { countHeld, liftHold, listHolds, placeHold } from "@/server/domain/evidence/holds";
import { listSnapshots } from "@/server/domain/evidence/snapshots";
import { incidentId } from "@/server/domain/incidents/incident.schema";

export const evidenceRouter = router({
  /** The snapshots of an incident. */
  list: tenantQuery("evidence.read")
    .input(z.object({ incidentId }))
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => listSnapshots(tx, ctx.tenantId, input.incidentId));
    }),

  /** Asks for another snapshot; the workers take it within seconds. */
  ask: tenantMutation("evidence.write", "evidence.ask")
    .input(askEvidenceSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const by = { name: ctx.userId, userId: ctx.userId };
        const { incident } = await askEvidence(tx, ctx.tenantId, input, by);
        return {
          subject: `incident:${input.incidentId}`,
          after: { incident, reason: input.reason },
          result: { incident },
        };
      });
    }),

  /** What retention must leave alone. */
  holds: tenantQuery("evidence.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read((tx) => listHolds(tx, ctx.tenantId));
  }),

  /** How many rows one of them keeps, by class. */
  held: tenantQuery("evidence.read")
    .input(z.object({ hold: z.string().regex(/^(hold [0-9a-f-]{36}|incident \d{1,18})$/, "names no hold") }))
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => countHeld(tx, input.hold));
    }),

  /** Keeps rows that others might have a right to see gone, so it asks who it is once more. */
  placeHold: freshTenantMutation("evidence.write", "evidence.place_hold")
    .input(placeHoldSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const result = await placeHold(tx, ctx.tenantId, asked, ctx.userId);
        const after = { kind: asked.kind, held: result.label, reason: asked.reason, before: result.before };
        return { subject: `hold:${result.id}`, after, result };
      });
    }),

  liftHold: freshTenantMutation("evidence.write", "evidence.lift_hold")
    .input(liftHoldSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { label } = await liftHold(tx, ctx.tenantId, input, ctx.userId);
        return { subject: `hold:${input.holdId}`, after: { held: label, reason: input.reason }, result: { label } };
      });
    }),
});
