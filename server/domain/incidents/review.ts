import { isOver } from "@/server/domain/incidents/incident.rules";
import type { IncidentState } from "@/server/domain/incidents/incident.schema";
import { titleText } from "@/server/domain/incidents/incident-title";
import { addLine, type IncidentOf, takeWhole, type Worker } from "@/server/domain/incidents/incidents";
import { lacking, type ReviewPart } from "@/server/domain/incidents/review.rules";
import {
  type FollowUpDraft,
  type ReviewDraft,
  type ReviewFacts,
  reviewFactsSchema,
} from "@/server/domain/incidents/review.schema";
import { factsOf } from "@/server/domain/incidents/review-facts";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type FollowUp = {
  readonly id: string;
  readonly text: string;
  readonly ownerId: string | null;
  readonly ownerName: string | null;
  /** A day such as 2027-01-31. */
  readonly dueOn: string | null;
  readonly doneAt: Date | null;
  /** A name. */
  readonly doneBy: string | null;
};

export type Review = {
  /** Of the incident that it is about: the one that the asked one is part of, where it is part of one. */
  readonly incidentId: string;
  readonly number: string;
  readonly title: string;
  readonly state: IncidentState;
  /** Asked for through one that was merged into it. */
  readonly shared: boolean;
  /** 0 while nothing was saved. */
  readonly version: number;
  readonly cause: string;
  readonly worked: string;
  readonly changes: string;
  readonly savedAt: Date | null;
  readonly savedBy: string | null;
  readonly finishedAt: Date | null;
  /** As they were when it was finished; before that as they are now. */
  readonly facts: ReviewFacts;
  readonly followUps: readonly FollowUp[];
  /** What is to be written before it can be finished. */
  readonly lacking: readonly ReviewPart[];
};

type Head = Readonly<{
  incidentId: string;
  number: bigint;
  title: string;
  state: IncidentState;
  shared: boolean;
  version: number | null;
  cause: string | null;
  worked: string | null;
  changes: string | null;
  savedAt: Date | null;
  savedBy: string | null;
  finishedAt: Date | null;
  stored: unknown;
}>;

/**
 * The review of an incident, or of the one that it is part of: what people wrote so far, and what its timeline, money, containments
 * and evidence say by themselves.
 * @throws DomainError not_found.
 */
export async function getReview(tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<Review> {
  const [head] = await tx.$queryRaw<Head[]>`
    SELECT w.id AS "incidentId", w.number, w.title, w.state, w.id <> i.id AS shared, r.version, r.cause, r.worked, r.changes, r.saved_at AS "savedAt",
      coalesce(nullif(p.name, ''), p.email, r.saved_by) AS "savedBy", r.finished_at AS "finishedAt", r.facts AS stored
    FROM incident i JOIN incident w ON w.tenant_id = i.tenant_id AND w.id = coalesce(i.merged_into, i.id)
    LEFT JOIN incident_review r ON r.tenant_id = w.tenant_id AND r.incident_id = w.id
    LEFT JOIN person p ON p.id::text = r.saved_by
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${incidentId}::uuid`;
  if (!head) throw new DomainError("not_found", { incidentId });
  const { number, version, cause, worked, changes, stored, ...rest } = head;
  const followUps = await followUpsOf(tx, tenantId, head.incidentId);
  const texts = { cause: cause ?? "", worked: worked ?? "", changes: changes ?? "" };
  return {
    ...rest,
    ...texts,
    title: titleText(rest.title),
    number: String(number),
    version: version ?? 0,
    facts: reviewFactsSchema.parse(stored ?? (await factsOf(tx, tenantId, head.incidentId))),
    followUps,
    lacking: lacking({ ...texts, followUps }),
  };
}

const followUpsOf = (tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<FollowUp[]> =>
  tx.$queryRaw<FollowUp[]>`
    SELECT f.id, f.text, f.owner_id AS "ownerId", coalesce(nullif(o.name, ''), o.email) AS "ownerName", f.due_on::text AS "dueOn",
      f.done_at AS "doneAt", coalesce(nullif(d.name, ''), d.email, f.done_by) AS "doneBy"
    FROM incident_follow_up f LEFT JOIN person o ON o.id = f.owner_id LEFT JOIN person d ON d.id::text = f.done_by
    WHERE f.tenant_id = ${tenantId}::uuid AND f.incident_id = ${incidentId}::uuid ORDER BY f.place, f.id`;

/**
 * Writes down a review as far as it is known, while its incident goes on or when it was resolved. Follow-ups that are not named any
 * more are taken off. A repeat is refused: its version is not the last one any more. Locks the incident.
 * @throws DomainError not_found, also for a follow-up of another; changed_meanwhile when somebody saved it since it was read.
 * @throws DomainError invalid_state when the incident is part of another, dismissed, or reviewed already.
 * @throws DomainError invalid_input for an owner of a follow-up without a seat.
 */
export async function saveReview(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, version, cause, worked, changes, followUps }: ReviewDraft,
  by: Worker,
): Promise<{ incident: IncidentOf; version: number; followUpIds: readonly string[] }> {
  const incident = await takeWhole(tx, tenantId, incidentId);
  refuseFinished(incident);
  const [saved] = await tx.$queryRaw<{ version: number }[]>`
    INSERT INTO incident_review AS r (tenant_id, incident_id, cause, worked, changes, saved_by)
      SELECT ${tenantId}::uuid, ${incidentId}::uuid, ${cause}, ${worked}, ${changes}, ${by.name}
    ON CONFLICT (tenant_id, incident_id) DO UPDATE SET cause = excluded.cause, worked = excluded.worked, changes = excluded.changes,
      saved_by = excluded.saved_by, saved_at = clock_timestamp(), version = r.version + 1 WHERE r.version = ${version}
    RETURNING version`;
  // A first version beside one that was read is as much a surprise as a later one.
  if (!saved || saved.version !== version + 1)
    throw new DomainError("changed_meanwhile", { incident: incident.number });
  const followUpIds = await putFollowUps(tx, tenantId, incidentId, followUps);
  if (saved.version === 1) await addLine(tx, tenantId, incidentId, by.name, { kind: "review" });
  return { incident, version: saved.version, followUpIds };
}

function refuseFinished({ number, state }: IncidentOf): void {
  if (!isOver(state) || state === "resolved") return;
  const why = state === "reviewed" ? "its review is finished" : "there is nothing to review";
  throw new DomainError(
    "invalid_state",
    { incident: number, state },
    `Incident ${number} is ${state}, so ${why}; open it again first.`,
  );
}

/** @returns their ids, in their order. */
async function putFollowUps(
  tx: TenantWrite,
  tenantId: TenantId,
  incidentId: string,
  followUps: readonly FollowUpDraft[],
): Promise<string[]> {
  const owners = [...new Set(followUps.flatMap(({ ownerId }) => ownerId ?? []))];
  const seated = await tx.seat.findMany({
    where: { tenantId, userId: { in: owners } },
    select: { userId: true },
    distinct: ["userId"],
  });
  const before = await tx.incidentFollowUp.findMany({
    where: { tenantId, incidentId },
    select: { id: true, ownerId: true },
  });
  // Whoever left since keeps what was theirs until somebody else takes it.
  const known = [...seated.map(({ userId }) => userId), ...before.map(({ ownerId }) => ownerId)];
  if (owners.some((owner) => !known.includes(owner))) {
    const sentence = "Only somebody with a seat here can own a follow-up.";
    throw new DomainError("invalid_input", { field: "followUps" }, sentence);
  }
  const kept = followUps.flatMap(({ followUpId }) => followUpId ?? []);
  const foreign = kept.find((id) => !before.some((one) => one.id === id));
  if (foreign) throw new DomainError("not_found", { followUpId: foreign });
  await tx.incidentFollowUp.deleteMany({ where: { tenantId, incidentId, id: { notIn: kept } } });
  const ids: string[] = [];
  for (const [place, { followUpId, text, ownerId, dueOn }] of followUps.entries()) {
    const data = { place, text, ownerId, dueOn: dueOn === null ? null : new Date(dueOn) };
    const { id } = followUpId
      ? await tx.incidentFollowUp.update({
          where: { tenantId_id: { tenantId, id: followUpId } },
          data,
          select: { id: true },
        })
      : await tx.incidentFollowUp.create({ data: { tenantId, incidentId, ...data }, select: { id: true } });
    ids.push(id);
  }
  return ids;
}
