import { agentsOf, type IncidentAgent } from "@/server/domain/incidents/agents";
import type { DismissReason } from "@/server/domain/incidents/dismiss-reasons.schema";
import {
  type Clock,
  clocksOf,
  type Due,
  dueOf,
  needsReason,
  nextStates,
} from "@/server/domain/incidents/incident.rules";
import type { IncidentFilter, IncidentState, IncidentView, Severity } from "@/server/domain/incidents/incident.schema";
import { dueAt, orderOf } from "@/server/domain/incidents/incident-order";
import { titleText } from "@/server/domain/incidents/incident-title";
import { type Loss, lossOf } from "@/server/domain/incidents/loss";
import { type Timeline, timelineOf } from "@/server/domain/incidents/timeline";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type IncidentRow = {
  readonly id: string;
  readonly number: string;
  /** "sip_attack", "manual", or the signal of a rule. */
  readonly kind: string;
  readonly title: string;
  readonly source: string;
  readonly severity: Severity;
  readonly state: IncidentState;
  readonly signals: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly openedAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly containedAt: Date | null;
  readonly closedAt: Date | null;
  /** The owner's name; null while it is nobody's. */
  readonly ownerName: string | null;
  /** How many were merged into it. */
  readonly merged: number;
  /** Looked at later: when it comes back by itself, if nothing new brings it back before. */
  readonly snoozedUntil: Date | null;
  /** What it has cost, per currency; none while no money is in it. */
  readonly losses: readonly Loss[];
  /** The tenants that it is about, or that it contains: three of them by name. */
  readonly tenants: readonly { readonly name: string; readonly slug: string }[];
  readonly tenantCount: number;
  /** The clock that runs. */
  readonly due: Due;
};

type Stored = Omit<IncidentRow, "number" | "signals" | "losses" | "due"> & {
  number: bigint;
  signals: bigint;
  exact: bigint;
};

/** Which of them a view shows. */
const views: Readonly<Record<IncidentView, (me: UserId | undefined) => Sql>> = {
  mine: (me) => sql`i.owner_id = ${me ?? null}::uuid`,
  unassigned: () => sql`i.owner_id IS NULL`,
  late: () => sql`i.closed_at IS NULL AND ${dueAt} < clock_timestamp()`,
  contained: () => sql`i.state IN ('contained', 'monitoring')`,
};

type Narrowed = Readonly<{ [K in "show" | "severity" | "view" | "text"]?: IncidentFilter[K] | undefined }>;

/** Incidents `i` that stand for themselves and pass a filter; without `show` those that are active, put off and over. */
export function incidentsWhere(
  tenantId: TenantId,
  { show, severity, view, text }: Narrowed,
  me: UserId | undefined,
): Sql {
  const like = text ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null;
  const shown = show
    ? sql`(i.closed_at IS NULL) = ${show !== "closed"}
      AND (i.closed_at IS NOT NULL OR (i.snoozed_until IS NOT NULL AND i.snoozed_until > now()) = ${show === "snoozed"})`
    : sql`true`;
  return sql`i.tenant_id = ${tenantId}::uuid AND i.merged_into IS NULL AND ${shown}
      AND (${severity ?? null}::text IS NULL OR i.severity = ${severity ?? null}::text)
      AND ${view ? views[view](me) : sql`true`}
      AND (${like}::text IS NULL OR i.title ILIKE ${like}::text OR i.number::text = ${text ?? null}::text OR EXISTS (
        SELECT FROM incident_subject s WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.value ILIKE ${like}::text))`;
}

/** The tenants that an incident or a part of it is about, or contains. */
const about = sql`
  SELECT DISTINCT t.name, t.slug FROM incident p JOIN (
    SELECT s.tenant_id, s.incident_id, s.of_tenant_id FROM incident_subject s WHERE s.of_tenant_id IS NOT NULL
    UNION ALL SELECT c.tenant_id, c.incident_id, c.of_tenant_id FROM containment c) x ON x.tenant_id = p.tenant_id AND x.incident_id = p.id
  JOIN tenant t ON t.id = x.of_tenant_id WHERE p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id)`;

/** The columns of a row; `i` is the incident, `p` its owner. */
const columns = sql`i.id, i.number, i.kind, i.title, i.source, i.severity, i.state, i.signals, i.first_at AS "firstAt", i.last_at AS "lastAt",
  i.opened_at AS "openedAt", i.acknowledged_at AS "acknowledgedAt", i.contained_at AS "containedAt", i.closed_at AS "closedAt",
  CASE WHEN i.snoozed_until > now() THEN i.snoozed_until END AS "snoozedUntil", coalesce(nullif(p.name, ''), p.email) AS "ownerName",
  (SELECT count(*)::int FROM incident m WHERE m.tenant_id = i.tenant_id AND m.merged_into = i.id) AS merged,
  (SELECT count(*)::int FROM (${about}) t) AS "tenantCount",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'slug', t.slug)), '[]') FROM (${about} ORDER BY t.name LIMIT 3) t) AS tenants`;

/**
 * Incidents that stand for themselves, not those that are part of another: what is active with what waits for somebody first, in
 * it the worst, in it what is due next; what is over by when it was last seen; or as `sort` says. What is to be looked at later stands in a list of
 * its own until it is due. With how many wait for somebody, how many are put off, and when the first of those comes back. Wants a
 * subtree transaction, for the names of tenants.
 * @param me who looks, for the view of what is theirs.
 */
export async function listIncidents(
  tx: TenantRead,
  tenantId: TenantId,
  { show, sort, severity, view, text, cursor, limit = 50 }: IncidentFilter,
  me?: UserId,
): Promise<{ items: IncidentRow[]; nextCursor: string | null; waiting: number; snoozed: number; backAt: Date | null }> {
  const [at, afterId] = cursor?.split("_") ?? [];
  const { exact, after, by } = orderOf(sort ?? (show === "closed" ? "last" : undefined));
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT ${columns}, ${exact} AS exact
    FROM incident i LEFT JOIN person p ON p.id = i.owner_id
    WHERE ${incidentsWhere(tenantId, { show, severity, view, text }, me)}
      AND ${at && afterId ? after(at, afterId) : sql`true`}
    ORDER BY ${by} LIMIT ${limit + 1}`;
  const [count] = await tx.$queryRaw<{ waiting: number; snoozed: number; backAt: Date | null }[]>`
    SELECT count(*) FILTER (WHERE state = 'triage' AND NOT coalesce(snoozed_until > now(), false))::int AS waiting,
      count(*) FILTER (WHERE snoozed_until > now())::int AS snoozed, min(snoozed_until) FILTER (WHERE snoozed_until > now()) AS "backAt"
    FROM incident WHERE tenant_id = ${tenantId}::uuid AND closed_at IS NULL AND merged_into IS NULL`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const ids = page.map(({ id }) => id);
  const losses = await lossOf(tx, ids);
  const now = new Date();
  return {
    items: page.map((row) => shown(row, now, losses.get(row.id))),
    nextCursor: rows.length > limit && last ? `${last.exact}_${last.id}` : null,
    waiting: count?.waiting ?? 0,
    snoozed: count?.snoozed ?? 0,
    backAt: count?.backAt ?? null,
  };
}

const shown = (
  { number, signals, exact: _, ...row }: Stored,
  now: Date,
  losses: readonly Loss[] | undefined = [],
): IncidentRow => ({
  ...row,
  title: titleText(row.title),
  number: String(number),
  signals: Number(signals),
  losses,
  due: dueOf(row, now),
});

export type IncidentDetail = IncidentRow & {
  readonly outcome: string;
  /** null while it is not dismissed, and for what was dismissed before there was a list of reasons. */
  readonly dismissedAs: DismissReason | null;
  readonly ownerId: string | null;
  /** This machine's time: a browser's own may be wrong, and the clocks run by this one. */
  readonly now: Date;
  readonly clocks: { readonly acknowledge: Clock; readonly contain: Clock | null };
  /** Where it can go from here, and whether that wants a reason. */
  readonly ways: readonly { readonly state: IncidentState; readonly reason: boolean }[];
  /** The one it is part of, and those that are part of it. */
  readonly mergedInto: { readonly id: string; readonly number: string } | null;
  readonly parts: readonly { readonly id: string; readonly number: string; readonly title: string }[];
  /** What it touches, the most often seen first; at most 200 of a kind are kept. */
  readonly subjects: readonly {
    readonly kind: "address" | "extension" | "username" | "tenant" | "number" | "country";
    readonly value: string;
    /** Of an extension: whose it is. */
    readonly tenantName: string | null;
    readonly tenantSlug: string | null;
    readonly extensionId: string | null;
    readonly signals: number;
    readonly firstAt: Date;
    readonly lastAt: Date;
  }[];
  /** The programs that signed in as its phones from its addresses, the last seen first. */
  readonly agents: readonly IncidentAgent[];
  /** Whom one calls about it: the numbers for emergencies that the tenants concerned have set. */
  readonly contacts: readonly { readonly tenantName: string; readonly number: string }[];
  /** The newest of its timeline. */
  readonly timeline: Timeline;
};

/**
 * One incident with all it touches and its timeline; a merged one is shown as it is, with where it went. Wants a subtree
 * transaction, for the names of tenants below.
 * @throws DomainError not_found.
 */
export async function getIncident(tx: TenantRead, tenantId: TenantId, id: string): Promise<IncidentDetail> {
  const [row] = await tx.$queryRaw<
    (Omit<Stored, "exact"> &
      Pick<IncidentDetail, "outcome" | "dismissedAs" | "ownerId"> & {
        intoId: string | null;
        intoNumber: bigint | null;
      })[]
  >`
    SELECT ${columns}, i.owner_id AS "ownerId", i.outcome, i.dismissed_as AS "dismissedAs",
      into_.id AS "intoId", into_.number AS "intoNumber"
    FROM incident i LEFT JOIN person p ON p.id = i.owner_id
    LEFT JOIN incident into_ ON into_.tenant_id = i.tenant_id AND into_.id = i.merged_into
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${id}::uuid`;
  if (!row) throw new DomainError("not_found", { incidentId: id });
  const { intoId, intoNumber, ...rest } = row;
  const parts = await tx.incident.findMany({
    where: { tenantId, mergedInto: id },
    orderBy: { number: "asc" },
    select: { id: true, number: true, title: true },
  });
  const now = new Date();
  return {
    ...shown({ ...rest, exact: 0n }, now, (await lossOf(tx, [id])).get(id)),
    now,
    clocks: clocksOf(rest, now),
    ways:
      intoId === null ? nextStates(rest.state).map((state) => ({ state, reason: needsReason(rest.state, state) })) : [],
    outcome: rest.outcome,
    dismissedAs: rest.dismissedAs,
    ownerId: rest.ownerId,
    mergedInto: intoId === null ? null : { id: intoId, number: String(intoNumber) },
    parts: parts.map((part) => ({ ...part, title: titleText(part.title), number: String(part.number) })),
    subjects: await subjectsOf(tx, tenantId, id),
    agents: await agentsOf(tx, tenantId, id),
    contacts: await contactsOf(tx, tenantId, id),
    timeline: await timelineOf(tx, tenantId, id),
  };
}

/** At most as many as one calls, of what it is about and contains, its parts included: those most concerned first. */
const contactsOf = (tx: TenantRead, tenantId: TenantId, id: string) => tx.$queryRaw<IncidentDetail["contacts"]>`
  WITH part AS (SELECT p.id FROM incident p WHERE p.tenant_id = ${tenantId}::uuid AND (p.id = ${id}::uuid OR p.merged_into = ${id}::uuid))
  SELECT t.name AS "tenantName", t.contact_number AS number
  FROM (SELECT s.of_tenant_id, s.signals FROM incident_subject s JOIN part ON part.id = s.incident_id WHERE s.tenant_id = ${tenantId}::uuid
    UNION ALL SELECT c.of_tenant_id, 0 FROM containment c JOIN part ON part.id = c.incident_id WHERE c.tenant_id = ${tenantId}::uuid) s
  JOIN tenant t ON t.id = s.of_tenant_id WHERE t.contact_number <> ''
  GROUP BY t.id, t.name, t.contact_number ORDER BY sum(s.signals) DESC, t.name LIMIT 10`;

const subjectsOf = async (tx: TenantRead, tenantId: TenantId, id: string): Promise<IncidentDetail["subjects"]> => {
  const rows = await tx.$queryRaw<(Omit<IncidentDetail["subjects"][number], "signals"> & { signals: bigint })[]>`
    SELECT s.kind, s.value, t.name AS "tenantName", t.slug AS "tenantSlug", s.extension_id AS "extensionId", s.signals, s.first_at AS "firstAt", s.last_at AS "lastAt"
    FROM incident_subject s LEFT JOIN tenant t ON t.id = s.of_tenant_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.incident_id = ${id}::uuid ORDER BY s.kind, s.signals DESC, s.value`;
  return rows.map((row) => ({ ...row, signals: Number(row.signals) }));
};

/**
 * The id of an incident by its number.
 * @throws DomainError not_found when there is none of that number.
 */
export async function findIncident(tx: TenantRead, tenantId: TenantId, number: string): Promise<string> {
  const wanted = /^\d{1,15}$/.test(number) ? BigInt(number) : -1n;
  const row = await tx.incident.findFirst({ where: { tenantId, number: wanted }, select: { id: true } });
  if (!row) throw new DomainError("not_found", { incident: number }, `There is no incident ${JSON.stringify(number)}.`);
  return row.id;
}
