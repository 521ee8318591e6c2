import type { DifferenceFilter } from "@/server/domain/reconciliation/difference.schema";
import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

export type DifferenceRow = Readonly<{
  id: string;
  tenantSlug: string;
  tenantName: string;
  kind: DifferenceKind;
  /** A call's id, or the part of the books that does not add up. */
  subject: string;
  moneyAtRiskMicros: bigint;
  currency: string;
  foundAt: Date;
  closedAt: Date | null;
  /** Who closed it; null for one that evidence healed. */
  resolvedBy: string | null;
  resolution: string | null;
  /** What was seen. */
  evidence: Readonly<Record<string, unknown>>;
  /** Of a call that still holds money: the longest talk that may be charged. A person must say how long it was. */
  heldForSeconds: number | null;
}>;

type Row = DifferenceRow & { exactUs: bigint };

/**
 * Differences with their evidence, newest first, a page at a time. Wants a subtree transaction of the operator: what one
 * level of a chain has at risk is not for the levels below.
 */
export async function listDifferenceRows(
  tx: TenantRead,
  filter: DifferenceFilter,
): Promise<{ items: DifferenceRow[]; nextCursor: string | null }> {
  const { kind = null, currency = null, text, cursor, limit, state } = filter;
  const pattern = text ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null;
  const [atUs = null, id = null] = cursor?.split("_") ?? [];
  const rows = await tx.$queryRaw<Row[]>`
    SELECT d.id, t.slug AS "tenantSlug", t.name AS "tenantName", d.kind, d.subject, d.money_at_risk_micros AS "moneyAtRiskMicros", d.currency,
      d.found_at AS "foundAt", d.healed_at AS "closedAt", d.resolved_by AS "resolvedBy", d.resolution, d.detail AS evidence, c.granted_seconds AS "heldForSeconds",
      (extract(epoch FROM d.found_at) * 1000000)::bigint AS "exactUs"
    FROM difference d JOIN tenant t ON t.id = d.tenant_id
    LEFT JOIN call c ON d.kind = 'hold_without_channel' AND d.healed_at IS NULL AND c.tenant_id = d.tenant_id AND c.id::text = d.subject AND c.state <> 'ended'
    WHERE (d.healed_at IS NULL) = ${state === "open"}::boolean
      AND (${kind}::text IS NULL OR d.kind = ${kind}::text) AND (${currency}::text IS NULL OR d.currency = ${currency}::text)
      AND (${pattern}::text IS NULL OR t.slug ILIKE ${pattern}::text OR d.subject ILIKE ${pattern}::text OR d.detail::text ILIKE ${pattern}::text)
      AND (${atUs}::text IS NULL OR (d.found_at, d.id) < (timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond', ${id}::uuid))
    ORDER BY d.found_at DESC, d.id DESC LIMIT ${limit + 1}`;
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ exactUs: _, ...row }) => row),
    nextCursor: rows.length > limit && last ? `${last.exactUs}_${last.id}` : null,
  };
}
