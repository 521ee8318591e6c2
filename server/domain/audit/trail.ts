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
  readonly outcome: "ok" | "denied" | "failed";
};

export type AuditFilter = {
  /** An action, or the first word of several. */
  readonly action?: string | undefined;
  /** An actor's id, part of a name or address, or a kind such as "cli". */
  readonly actor?: string | undefined;
  /** The number of the last event of the page before. */
  readonly cursor?: string | undefined;
  readonly limit?: number;
};

type Stored = Omit<AuditRow, "actor" | "actingFor"> & {
  actorId: string;
  personEmail: string | null;
  actingTenantId: string | null;
  actingName: string | null;
};

/** A tenant's trail, newest first, a page at a time. */
export async function listTrail(
  tx: TenantRead,
  tenantId: TenantId,
  { action, actor, cursor, limit = 50 }: AuditFilter,
): Promise<{ items: AuditRow[]; nextCursor: string | null }> {
  const before = cursor === undefined ? null : BigInt(cursor);
  const pattern = actor === undefined ? null : `%${actor.replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT e.seq, e.at, e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.acting_tenant_id AS "actingTenantId", e.action, e.subject, e.outcome,
      e.before, e.after, e.address, p.email AS "personEmail", t.name AS "actingName"
    FROM audit_event e
    LEFT JOIN person p ON e.actor_kind = 'user' AND p.id::text = e.actor_id
    LEFT JOIN tenant t ON t.id = e.acting_tenant_id
    WHERE e.tenant_id = ${tenantId}::uuid
      AND (${before}::bigint IS NULL OR e.seq < ${before}::bigint)
      AND (${action ?? null}::text IS NULL OR e.action = ${action ?? null}::text OR starts_with(e.action, ${action ?? null}::text || '.'))
      AND (${pattern}::text IS NULL OR e.actor_id = ${actor ?? null}::text OR e.actor_kind = ${actor ?? null}::text OR p.email ILIKE ${pattern}::text
        OR p.name ILIKE ${pattern}::text)
    ORDER BY e.seq DESC LIMIT ${limit + 1}`;
  const items = rows.slice(0, limit).map(shown);
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
}

function shown({ actorId, personEmail, actingTenantId, actingName, ...row }: Stored): AuditRow {
  const unseen = actingTenantId === null ? "somebody" : "provider";
  const actor = row.actorKind === "user" ? (personEmail ?? unseen) : actorId;
  return { ...row, actor, actingFor: actingTenantId === null ? null : (actingName ?? "provider") };
}

export type TrailCheck = { readonly ok: boolean; readonly rows: bigint; readonly firstBadSeq: bigint | null };

/**
 * Walks a tenant's chain of hashes. An event that was edited, deleted, moved, added or cut off at the end shows as the first
 * bad number.
 */
export async function verifyTrail(tx: TenantRead, tenantId: TenantId): Promise<TrailCheck> {
  const [row] = await tx.$queryRaw<{ events: bigint; first_bad_seq: bigint | null }[]>`
    SELECT events, first_bad_seq FROM audit_verify(${tenantId}::uuid)`;
  if (!row) return { ok: false, rows: 0n, firstBadSeq: 1n };
  return { ok: row.first_bad_seq === null, rows: row.events, firstBadSeq: row.first_bad_seq };
}
