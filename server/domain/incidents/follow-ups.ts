import { titleText } from "@/server/domain/incidents/incident-title";
import { addLine, type Worker } from "@/server/domain/incidents/incidents";
import type { FollowUp } from "@/server/domain/incidents/review";
import type { FollowUpFilter } from "@/server/domain/incidents/review.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type FollowUpRow = FollowUp & {
  readonly incidentId: string;
  readonly incident: string;
  readonly title: string;
  /** Its day is over and it is not done. */
  readonly late: boolean;
};

/** More than this are not shown at once; the count tells of the others. */
const SHOWN = 200;

/**
 * Follow-ups of all incidents: what is due first on top, without a day last; what is done, the last done first. Those of drafts are
 * among them. With how many are open and how many of those are late, by the day in the tenant's time zone.
 * @param me who asks, for what is theirs.
 */
export async function listFollowUps(
  tx: TenantRead,
  tenantId: TenantId,
  { show, mine }: FollowUpFilter,
  me?: UserId,
): Promise<{ items: FollowUpRow[]; open: number; late: number }> {
  const done = show === "done";
  const items = await tx.$queryRaw<(Omit<FollowUpRow, "incident"> & { incident: bigint })[]>`
    SELECT f.id, f.incident_id AS "incidentId", i.number AS incident, i.title, f.text, f.owner_id AS "ownerId",
      coalesce(nullif(o.name, ''), o.email) AS "ownerName", f.due_on::text AS "dueOn", f.done_at AS "doneAt",
      coalesce(nullif(d.name, ''), d.email, f.done_by) AS "doneBy",
      f.done_at IS NULL AND coalesce(f.due_on < (now() AT TIME ZONE t.time_zone)::date, false) AS late
    FROM incident_follow_up f JOIN incident i ON i.tenant_id = f.tenant_id AND i.id = f.incident_id JOIN tenant t ON t.id = f.tenant_id
    LEFT JOIN person o ON o.id = f.owner_id LEFT JOIN person d ON d.id::text = f.done_by
    WHERE f.tenant_id = ${tenantId}::uuid AND (f.done_at IS NOT NULL) = ${done} AND (NOT ${mine} OR f.owner_id = ${me ?? null}::uuid)
    ORDER BY f.done_at DESC, f.due_on NULLS LAST, i.number, f.place LIMIT ${SHOWN}`;
  const [count] = await tx.$queryRaw<{ open: number; late: number }[]>`
    SELECT count(*)::int AS open, count(*) FILTER (WHERE f.due_on < (now() AT TIME ZONE t.time_zone)::date)::int AS late
    FROM incident_follow_up f JOIN tenant t ON t.id = f.tenant_id WHERE f.tenant_id = ${tenantId}::uuid AND f.done_at IS NULL`;
  return {
    items: items.map((row) => ({ ...row, title: titleText(row.title), incident: String(row.incident) })),
    open: count?.open ?? 0,
    late: count?.late ?? 0,
  };
}

type Done = Readonly<{ followUpId: string; done: boolean }>;

/**
 * Ticks a follow-up off, or says that it is to be done after all; also when the review is finished, because that is when they are
 * done. The timeline of its incident says so. A repeat changes nothing. Locks the incident.
 * @throws DomainError not_found.
 */
export async function setFollowUpDone(
  tx: TenantWrite,
  tenantId: TenantId,
  { followUpId, done }: Done,
  by: Worker,
): Promise<{ incidentId: string; incident: string; text: string }> {
  const of = await tx.incidentFollowUp.findUnique({
    where: { tenantId_id: { tenantId, id: followUpId } },
    select: { incidentId: true },
  });
  if (!of) throw new DomainError("not_found", { followUpId });
  const { incidentId } = of;
  const [incident] = await tx.$queryRaw<{ number: bigint }[]>`
    SELECT number FROM incident WHERE tenant_id = ${tenantId}::uuid AND id = ${incidentId}::uuid FOR UPDATE`;
  // Whoever saves the review holds the incident, so it is the same one that was found, or taken off meanwhile.
  const [row] = await tx.$queryRaw<{ text: string; isDone: boolean }[]>`
    SELECT text, done_at IS NOT NULL AS "isDone" FROM incident_follow_up WHERE tenant_id = ${tenantId}::uuid AND id = ${followUpId}::uuid`;
  if (!incident || !row) throw new DomainError("not_found", { followUpId });
  const { text, isDone } = row;
  if (isDone !== done) {
    await tx.$executeRaw`
      UPDATE incident_follow_up SET done_at = CASE WHEN ${done} THEN clock_timestamp() END, done_by = CASE WHEN ${done} THEN ${by.name} END
      WHERE tenant_id = ${tenantId}::uuid AND id = ${followUpId}::uuid`;
    await addLine(tx, tenantId, incidentId, by.name, { kind: done ? "follow_up_done" : "follow_up_again", body: text });
  }
  return { incidentId, incident: String(incident.number), text };
}
