import { atOperator } from "@/server/api/at-operator";
import type { Context } from "@/server/api/context";
import { noteRefusal } from "@/server/api/refused";
import { sentenceInWords } from "@/server/api/sentence-words";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import type { AuditAction } from "@/server/domain/audit/actions";
import type { Actor, Changed } from "@/server/domain/audit/change";
import { previewMany } from "@/server/domain/incidents/contain-many";
import { containManySchema } from "@/server/domain/incidents/containment.schema";
import { startContainment } from "@/server/domain/incidents/containments";
import {
  assignManySchema,
  chosenSchema,
  dismissManySchema,
  rateManySchema,
} from "@/server/domain/incidents/incident.schema";
import { assignIncident, type IncidentOf, setSeverity, type Worker } from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import type { Seat } from "@/server/domain/tenancy/seats";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError, type DomainErrorCode } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

/** What became of one of several. Of what was refused: why, with the sentence of the rule where the reader's language has it. */
export type OfMany =
  | { readonly incidentId: string; readonly done: true; readonly number: string }
  | {
      readonly incidentId: string;
      readonly done: false;
      readonly code: DomainErrorCode;
      readonly sentence: string | null;
    };

type Ctx = Pick<Context, "refusals"> & {
  readonly actor: Actor;
  readonly seat: Seat;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly change: <T>(work: (tx: TenantWrite) => Promise<Changed<T>>) => Promise<T>;
};
type Both = Readonly<{ before: IncidentOf; after: IncidentOf }>;
type Done = Omit<Changed<string>, "subject">;
type Act = Readonly<{
  /** Of the same act on one incident: what is refused stands in the trail as if it had been that. */
  path: string;
  action: AuditAction;
  /** What the trail tells of it; the result is the incident's number. */
  work: (tx: TenantWrite, incidentId: string, by: Worker) => Promise<Done>;
}>;

const valuesOf = ({ number, state, severity, ownerId }: IncidentOf) => ({
  ...{ incident: number, state, severity },
  owner: ownerId,
});

const worked = ({ before, after }: Both, more?: Readonly<Record<string, string>>): Done => ({
  before: valuesOf(before),
  after: { ...valuesOf(after), ...more },
  result: after.number,
});

/**
 * Does the same to each of several incidents, one after the other in the order of their ids, each by itself with its own event
 * of the trail: what one refuses keeps nothing from the others.
 */
async function toEach(ctx: Ctx, incidentIds: readonly string[], { path, action, work }: Act): Promise<OfMany[]> {
  const by = { name: ctx.userId, userId: ctx.userId };
  const results: OfMany[] = [];
  for (const incidentId of [...new Set(incidentIds)].toSorted()) {
    try {
      const number = await ctx.change(async (tx) => ({
        subject: `incident:${incidentId}`,
        ...(await work(tx, incidentId, by)),
      }));
      results.push({ incidentId, done: true, number });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const asked = { path, type: "mutation", action, sent: { incidentId } } as const;
      noteRefusal(ctx, asked, error, { actor: ctx.actor, seat: ctx.seat });
      results.push({ incidentId, done: false, code: error.code, sentence: sentenceInWords(error.sentence) });
    }
  }
  return results;
}

/** The same for several incidents at once, with a result for each. */
export const incidentsManyRouter = router({
  assign: tenantMutation("incidents.write", "incident.assign")
    .input(assignManySchema)
    .mutation(({ ctx, input: { incidentIds, ownerId } }) => {
      atOperator(ctx.seat);
      return toEach(ctx, incidentIds, {
        path: "incidents.assign",
        action: "incident.assign",
        work: async (tx, incidentId, by) => worked(await assignIncident(tx, ctx.tenantId, { incidentId, ownerId }, by)),
      });
    }),

  setSeverity: tenantMutation("incidents.write", "incident.set_severity")
    .input(rateManySchema)
    .mutation(({ ctx, input: { incidentIds, severity } }) => {
      atOperator(ctx.seat);
      return toEach(ctx, incidentIds, {
        path: "incidents.setSeverity",
        action: "incident.set_severity",
        work: async (tx, incidentId, by) => worked(await setSeverity(tx, ctx.tenantId, { incidentId, severity }, by)),
      });
    }),

  dismiss: tenantMutation("incidents.write", "incident.move")
    .input(dismissManySchema)
    .mutation(({ ctx, input: { incidentIds, reason, text } }) => {
      atOperator(ctx.seat);
      return toEach(ctx, incidentIds, {
        path: "incidents.move",
        action: "incident.move",
        work: async (tx, incidentId, by) => {
          const asked = { incidentId, state: "dismissed", reason, text } as const;
          return worked(await moveIncident(tx, ctx.tenantId, asked, by), { reason });
        },
      });
    }),

  /** What `contain` would do, summed up, and which of them it would leave out. Changes nothing. */
  containPreview: tenantQuery("incidents.read")
    .input(chosenSchema)
    .query(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.readBelow((tx) => previewMany(tx, ctx.tenantId, input.incidentIds));
    }),

  /** Contains the one extension that each of them touches, as `containment.start` does, each with evidence of its own. */
  contain: tenantMutation("incidents.write", "incident.contain")
    .input(containManySchema)
    .mutation(async ({ ctx, input: { incidentIds, skip, text } }) => {
      atOperator(ctx.seat);
      const stopped = new Set<TenantId>();
      const results = await toEach(ctx, incidentIds, {
        path: "containment.start",
        action: "incident.contain",
        work: async (tx, incidentId, by) => {
          const asked = { incidentId, skip, note: text };
          const { incident, subject, joined, target } = await startContainment(tx, ctx.tenantId, asked, by);
          stopped.add(target.tenantId);
          const alsoFor = target.tenantId === ctx.tenantId ? [] : [target.tenantId];
          return { after: { incident, subject, joined, skip: skip.join(" ") }, alsoFor, result: incident };
        },
      });
      for (const tenantId of stopped) ctx.publish(["extensions", "audit"], tenantId);
      return results;
    }),
});
