import type { IncidentState } from "@/server/domain/incidents/incident.schema";
import { titleText } from "@/server/domain/incidents/incident-title";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import { type SecurityEventSeverity, severityOf } from "@/server/domain/security-events/security-event-kinds.schema";
import { askedFor, eventsOf, lookedSince, momentOf } from "@/server/domain/security-events/security-event-where";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { isDigestField, redact } from "@/server/infra/log/redact";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type SecurityEventRow = {
  /** Its place in the list. */
  readonly key: string;
  readonly at: Date;
  /** As the PBX calls it. */
  readonly type: string;
  readonly severity: SecurityEventSeverity;
  /** The SIP user name that was tried, as received. */
  readonly account: string;
  readonly address: string;
  readonly transport: string;
  /** How often the same came within a moment. */
  readonly count: number;
  /** Whose phone was tried; the operator for a name that nobody has. */
  readonly tenant: Readonly<{ slug: string; name: string }>;
};

export type SecurityEventDetail = SecurityEventRow & {
  /** What else the PBX told, without whatever could be a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly extension: Readonly<{ id: string; number: string; name: string }> | null;
  /** The network that its incidents and bans are about. */
  readonly network: string;
  /** Of the operator's incidents, those that name the address or its network; none for anybody else. */
  readonly incidents: readonly Readonly<{ id: string; number: string; title: string; state: IncidentState }>[];
};

type Page = Readonly<{ cursor?: string | undefined; limit?: number | undefined }>;
type Stored = Omit<SecurityEventRow, "tenant" | "count" | "severity"> & { count: bigint; slug: string; name: string };

const columns = sql`(extract(epoch FROM e.at) * 1000000)::bigint || '_' || e.id AS key, e.at, e.type, e.username AS account, e.address, e.transport, CASE WHEN e.detail ->> 'count' ~ '^[0-9]{1,15}$' THEN (e.detail ->> 'count')::bigint ELSE 1 END AS count,
  t.slug, t.name`;

const shown = ({ slug, name, count, ...row }: Stored): SecurityEventRow => ({
  ...row,
  severity: severityOf(row.type, row.account),
  count: Number(count),
  tenant: { slug, name },
});

/**
 * What the PBX reported about the phones of a tenant and of those below it, newest first, a page at a time; at the operator
 * also what was tried under names that nobody has. A page may be short, or empty, and still have one behind it: what is asked was
 * rare among those that were looked at. Wants a subtree transaction.
 * @throws DomainError invalid_input for a network that is none, or of another width than those that are told apart.
 */
export async function listSecurityEvents(
  tx: TenantRead,
  tenantId: TenantId,
  { cursor, limit = 50, ...filter }: SecurityEventFilter & Page,
): Promise<{ items: SecurityEventRow[]; nextCursor: string | null }> {
  const asked = await askedFor(tx, tenantId, filter);
  const within = sql`${asked.by} AND ${before(cursor)}`;
  const since = asked.rest ? await lookedSince(tx, asked, within) : null;
  const where = sql`${within} AND ${since === null ? sql`true` : sql`e.at >= ${momentOf(since)}`} AND ${asked.rest ?? sql`true`}`;
  const found = eventsOf(asked, where, sql`ORDER BY e.at DESC, e.id DESC LIMIT ${limit + 1}`);
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT ${columns} FROM (${found}) e JOIN tenant t ON t.id = e.tenant_id ORDER BY e.at DESC, e.id DESC`;
  const items = rows.slice(0, limit).map(shown);
  if (rows.length > limit) return { items, nextCursor: items.at(-1)?.key ?? null };
  return { items, nextCursor: since === null ? null : `${since}_${NO_ID}` };
}

/** Before every id: what is older than the moment before it. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

type After = Readonly<{ after: string | null; asOf: Date; limit: number }>;

/** So many of them after a place up to a moment, oldest first: for files. Wants a subtree transaction. */
export async function securityEventsAfter(
  tx: TenantRead,
  tenantId: TenantId,
  { after, asOf, limit, ...filter }: SecurityEventFilter & After,
): Promise<SecurityEventRow[]> {
  const [us = "0", id = ""] = after?.split("_") ?? [];
  const place = after === null ? sql`true` : sql`(e.at, e.id) > (${momentOf(us)}, ${id}::uuid)`;
  const asked = await askedFor(tx, tenantId, filter);
  const { by, rest } = asked;
  const where = sql`${by} AND ${rest ?? sql`true`} AND ${place} AND e.at <= ${asOf}::timestamptz`;
  const found = eventsOf(asked, where, sql`ORDER BY e.at, e.id LIMIT ${limit}`);
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT ${columns} FROM (${found}) e JOIN tenant t ON t.id = e.tenant_id ORDER BY e.at, e.id`;
  return rows.map(shown);
}

function before(cursor: string | undefined): Sql {
  if (cursor === undefined) return sql`true`;
  const [us = "0", id = ""] = cursor.split("_");
  return sql`(e.at, e.id) < (${momentOf(us)}, ${id}::uuid)`;
}

/** Nothing by which a password could be guessed, whoever wrote it down. */
const told = (detail: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(detail).filter(([name]) => !isDigestField(name)));

/**
 * One event with all that is known of it. Wants a subtree transaction.
 * @throws DomainError not_found for one that is gone, or is not of this tenant or below.
 */
export async function getSecurityEvent(tx: TenantRead, key: string): Promise<SecurityEventDetail> {
  const [us = "0", id = ""] = key.split("_");
  const [found] = await tx.$queryRaw<(Stored & { detail: Record<string, unknown>; network: string; of: string })[]>`
    SELECT ${columns}, e.detail, e.tenant_id AS of, network_of(e.address) AS network FROM security_event e JOIN tenant t ON t.id = e.tenant_id
    WHERE e.at = ${momentOf(us)} AND e.id = ${id}::uuid`;
  if (!found) throw new DomainError("not_found");
  const { detail, network, of, ...row } = found;
  const [extension] = await tx.$queryRaw<{ id: string; number: string; name: string }[]>`
    SELECT id, number, display_name AS name FROM extension WHERE tenant_id = ${of}::uuid AND sip_username = ${row.account}`;
  const incidents = await tx.$queryRaw<SecurityEventDetail["incidents"][number][]>`
    SELECT i.id, i.number::text AS number, i.title, i.state FROM incident i
    WHERE i.merged_into IS NULL AND ${row.address} <> '' AND (i.source = ${network} OR EXISTS (SELECT FROM incident_subject s
      WHERE s.tenant_id = i.tenant_id AND s.incident_id = i.id AND s.kind = 'address' AND s.value = ${row.address}))
    ORDER BY i.last_at DESC LIMIT 5`;
  return {
    ...shown(row),
    detail: redact(told(detail)) as Record<string, unknown>,
    extension: extension ?? null,
    network,
    incidents: incidents.map((one) => ({ ...one, title: titleText(one.title) })),
  };
}
