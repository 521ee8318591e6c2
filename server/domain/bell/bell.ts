import { titleText } from "@/server/domain/incidents/incident-title";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

/** What a bell can ring for. */
export type BellKind =
  | "incident"
  | "notice"
  | "low_balance"
  | "top_up_paused"
  | "phone_dropped"
  | "job_done"
  | "job_failed"
  | "statement";

export type BellItem = {
  readonly key: string;
  readonly kind: BellKind;
  readonly at: Date;
  /** What it is about, in its own words or number: a title, an extension, a statement's number. */
  readonly what: string;
  /** What the page opens: the id of an incident or an extension, the number of a notice or statement, the kind of a job. */
  readonly ref: string;
};

export type Bell = {
  /** Newest first. */
  readonly items: readonly BellItem[];
  /** Until when this person has read; null for somebody whose own seat is elsewhere. */
  readonly readAt: Date | null;
};

/** Which of it this seat may read about. */
export type BellSees = Readonly<{ incidents: boolean; money: boolean; phones: boolean; tasks: boolean }>;

const MOST = 30;

/**
 * What happened lately at the tenant acted on that this person should know: fourteen days, newest first, at most thirty. Read
 * from the things themselves, so there is nothing to keep in step. Jobs are those this person asked for; incidents those they
 * own, and grave ones that nobody took.
 */
export async function readBell(
  tx: TenantRead,
  { tenantId, userId, sees }: Readonly<{ tenantId: TenantId; userId: UserId; sees: BellSees }>,
): Promise<Bell> {
  const items = await tx.$queryRaw<BellItem[]>`
    WITH since AS (SELECT clock_timestamp() - interval '14 days' AS at)
    SELECT kind || ':' || id || ':' || extract(epoch FROM at)::bigint AS key, kind, at, what, ref FROM (
      SELECT 'incident' AS kind, i.opened_at AS at, i.title AS what, i.id::text AS ref, i.id::text AS id FROM incident i, since
        WHERE ${sees.incidents} AND i.tenant_id = ${tenantId}::uuid AND i.closed_at IS NULL AND i.merged_into IS NULL AND i.opened_at > since.at
          AND (i.owner_id = ${userId}::uuid OR (i.state = 'triage' AND i.severity IN ('high', 'critical')))
      UNION ALL SELECT 'notice', n.first_at, n.number::text, n.number::text, n.number::text FROM incident_notices(20) n, since WHERE n.first_at > since.at
      UNION ALL SELECT 'low_balance', max(b.fired_at), '', 'balance', '' FROM balance_alert b, since
        WHERE ${sees.money} AND b.tenant_id = ${tenantId}::uuid HAVING max(b.fired_at) > max(since.at)
      UNION ALL SELECT 'top_up_paused', coalesce((SELECT max(p.created_at) FROM payment p
          WHERE p.tenant_id = a.tenant_id AND p.purpose = 'auto' AND p.state = 'failed'), a.updated_at), a.note, 'balance', '' FROM auto_top_up a
        WHERE ${sees.money} AND a.tenant_id = ${tenantId}::uuid AND a.state = 'paused'
      UNION ALL SELECT 'statement', s.issued_at, s.number, s.number, s.id::text FROM statement s, since
        WHERE ${sees.money} AND s.tenant_id = ${tenantId}::uuid AND s.issued_at > since.at
      UNION ALL SELECT 'job_' || t.state, t.ended_at, t.title, t.kind, t.id::text FROM task t, since
        WHERE ${sees.tasks} AND t.tenant_id = ${tenantId}::uuid AND t.created_by = 'user:' || ${userId}
          AND t.state IN ('done', 'failed') AND t.ended_at > since.at
      UNION ALL (SELECT 'phone_dropped', e.at, x.number || ' ' || x.display_name, x.id::text, x.id::text FROM
          (SELECT DISTINCT ON (r.extension_id) r.extension_id, r.at, r.kind FROM registration_event r
            WHERE ${sees.phones} AND r.tenant_id = ${tenantId}::uuid AND r.at > clock_timestamp() - interval '3 days' ORDER BY r.extension_id, r.at DESC) e
          JOIN extension x ON x.id = e.extension_id AND x.tenant_id = ${tenantId}::uuid
        WHERE e.kind = 'expired' AND x.state = 'active'
          AND NOT EXISTS (SELECT FROM registration g WHERE g.tenant_id = ${tenantId}::uuid AND g.extension_id = x.id AND g.expires_at > now())
        ORDER BY e.at DESC LIMIT 10)
    ) heard ORDER BY at DESC, key LIMIT ${MOST}`;
  const [seat] = await tx.$queryRaw<{ readAt: Date }[]>`
    SELECT bell_read_at AS "readAt" FROM seat WHERE tenant_id = ${tenantId}::uuid AND user_id = ${userId}::uuid`;
  const said = items.map((item) => (item.kind === "incident" ? { ...item, what: titleText(item.what) } : item));
  return { items: said, readAt: seat?.readAt ?? null };
}

/**
 * Marks everything up to now as read by this person. A repeat moves the mark on. Locks the seat.
 * @throws DomainError not_found when the person's own seat is at another tenant.
 */
export async function markBellRead(tx: TenantWrite, userId: UserId): Promise<void> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`SELECT bell_read(${userId}::uuid) AS found`;
  if (!row?.found) throw new DomainError("not_found");
}
