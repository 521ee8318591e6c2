import type { TrailFilter } from "@/server/domain/audit/trail.schema";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type AuditRow = {
  readonly seq: bigint;
  readonly at: Date;
  /** Who: a name where the reader may know it, else the kind of actor. */
  readonly actor: string;
  readonly actorKind: string;
  /** The tenant whose seat allowed it, when that is another: "provider" when the reader may not see it. */
  readonly actingFor: string | null;
  readonly action: string;
  readonly subject: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly address: string;
  readonly requestId: string;
  readonly outcome: "ok" | "denied" | "failed";
};

type Stored = Omit<AuditRow, "actor" | "actingFor"> & {
  actorId: string;
  personEmail: string | null;
  actingTenantId: string | null;
  actingName: string | null;
};

type Page = Readonly<{
  /** The number of the last event of the page before. */
  cursor?: string | undefined;
  limit?: number;
}>;

/** A tenant's trail, newest first, a page at a time. */
export async function listTrail(
  tx: TenantRead,
  tenantId: TenantId,
  { cursor, limit = 50, ...filter }: TrailFilter & Page,
): Promise<{ items: AuditRow[]; nextCursor: string | null }> {
  const before = cursor === undefined ? null : BigInt(cursor);
  const rows = await tx.$queryRaw<Stored[]>(
    sql`${selected(tenantId, filter)} AND (${before}::bigint IS NULL OR e.seq < ${before}::bigint) ORDER BY e.seq DESC LIMIT ${limit + 1}`,
  );
  const items = rows.slice(0, limit).map(shown);
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
}

/** So many events after a number, oldest first: for files. */
export async function trailAfter(
  tx: TenantRead,
  tenantId: TenantId,
  { after, limit, ...filter }: TrailFilter & Readonly<{ after: bigint; limit: number }>,
): Promise<AuditRow[]> {
  const rows = await tx.$queryRaw<Stored[]>(
    sql`${selected(tenantId, filter)} AND e.seq > ${after} ORDER BY e.seq LIMIT ${limit}`,
  );
  return rows.map(shown);
}

/** Wildcards are letters like any other. */
const within = (text: string | undefined) => (text ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null);

function selected(tenantId: TenantId, { action, actor, about, outcome, from, to }: TrailFilter): Sql {
  const [who, what, banned] = [within(actor), within(about), within(about?.replace(/^ban:/, ""))];
  const zone = sql`(SELECT time_zone FROM tenant WHERE id = ${tenantId}::uuid)`;
  return sql`
    SELECT e.seq, e.at, e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.acting_tenant_id AS "actingTenantId", e.action, e.subject, e.outcome,
      e.before, e.after, e.address, e.request_id AS "requestId", p.email AS "personEmail", t.name AS "actingName"
    FROM audit_event e
    LEFT JOIN person p ON e.actor_kind = 'user' AND p.id::text = e.actor_id
    LEFT JOIN tenant t ON t.id = e.acting_tenant_id
    WHERE e.tenant_id = ${tenantId}::uuid
      AND (${action || null}::text IS NULL OR e.action = ${action || null}::text OR starts_with(e.action, ${action || null}::text || '.'))
      AND (${who}::text IS NULL OR e.actor_id = ${actor ?? null}::text OR e.actor_kind = ${actor ?? null}::text OR p.email ILIKE ${who}::text
        OR p.name ILIKE ${who}::text)
      AND (${what}::text IS NULL OR e.subject ILIKE ${what}::text OR e.request_id = ${about ?? null}::text OR e.address = ${about ?? null}::text
        OR (e.action IN ('ban.place', 'rule.ban') AND concat_ws(' ', e.after ->> 'bans', e.after ->> 'network', e.after ->> 'networks', e.after ->> 'addresses') ILIKE ${banned}::text))
      AND (${outcome ?? null}::text IS NULL OR e.outcome = ${outcome ?? null}::text)
      AND (${from ?? null}::date IS NULL OR e.at >= ${from ?? null}::date::timestamp AT TIME ZONE ${zone})
      AND (${to ?? null}::date IS NULL OR e.at < (${to ?? null}::date::timestamp + interval '1 day') AT TIME ZONE ${zone})`;
}

function shown({ actorId, personEmail, actingTenantId, actingName, ...row }: Stored): AuditRow {
  const unseen = actingTenantId === null ? "somebody" : "provider";
  const actor = row.actorKind === "user" ? (personEmail ?? unseen) : actorId;
  return { ...row, actor, actingFor: actingTenantId === null ? null : (actingName ?? "provider") };
}
