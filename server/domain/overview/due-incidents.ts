import { clocksOf } from "@/server/domain/incidents/incident.rules";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import { titleText } from "@/server/domain/incidents/incident-title";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type DueIncident = Readonly<{
  id: string;
  number: string;
  title: string;
  severity: Severity;
  state: IncidentState;
  openedAt: Date;
  /** What has to be done next: somebody takes it, or it is contained; null: no clock runs. */
  next: "acknowledge" | "contain" | null;
  dueAt: Date | null;
  ownerName: string | null;
}>;

export type DueIncidents = Readonly<{
  items: readonly DueIncident[];
  /** Of all that are not over, nor put off. */
  active: number;
  /** Of those, that nobody has taken, and that are over their time. */
  unacknowledged: number;
  late: number;
  now: Date;
}>;

type Stored = Omit<DueIncident, "next" | "dueAt" | "number"> &
  Readonly<{ number: bigint; acknowledgedAt: Date | null; containedAt: Date | null; closedAt: Date | null }>;

/** More than this are not looked at; that many incidents are one. */
const LOOKED_AT = 500;
const SHOWN = 6;

/**
 * Incidents that are not over by their clocks: those that nobody has taken, the oldest first, then those that wait to be
 * contained by when that is due, then the others. Merged ones count with what they went into; what was put off is not among them.
 */
export async function dueIncidents(tx: TenantRead, tenantId: TenantId, now = new Date()): Promise<DueIncidents> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT i.id, i.number, i.title, i.severity, i.state, i.opened_at AS "openedAt", i.acknowledged_at AS "acknowledgedAt",
      i.contained_at AS "containedAt", i.closed_at AS "closedAt", coalesce(nullif(p.name, ''), p.email) AS "ownerName"
    FROM incident i LEFT JOIN person p ON p.id = i.owner_id
    WHERE i.tenant_id = ${tenantId}::uuid AND i.merged_into IS NULL AND i.closed_at IS NULL AND NOT coalesce(i.snoozed_until > ${now}::timestamptz, false)
    ORDER BY i.opened_at, i.id LIMIT ${LOOKED_AT}`;
  const items = rows.map((row) => dueOf(row, now));
  const rank = { acknowledge: 0, contain: 1, none: 2 };
  const byClock = items.toSorted((a, b) => rank[a.next ?? "none"] - rank[b.next ?? "none"] || timeOf(a) - timeOf(b));
  return {
    items: byClock.slice(0, SHOWN),
    active: items.length,
    unacknowledged: items.filter(({ next }) => next === "acknowledge").length,
    late: items.filter(({ dueAt }) => dueAt !== null && dueAt < now).length,
    now,
  };
}

const timeOf = ({ next, openedAt, dueAt }: DueIncident): number =>
  (next === "contain" ? (dueAt ?? openedAt) : openedAt).getTime();

function dueOf({ number, acknowledgedAt, containedAt, closedAt, ...row }: Stored, now: Date): DueIncident {
  const { acknowledge, contain } = clocksOf({ ...row, acknowledgedAt, containedAt, closedAt }, now);
  const clock = acknowledge.metAt === null ? acknowledge : contain?.metAt === null ? contain : null;
  const next = clock === null ? null : clock === acknowledge ? "acknowledge" : "contain";
  return { ...row, title: titleText(row.title), number: String(number), next, dueAt: clock?.dueAt ?? null };
}
