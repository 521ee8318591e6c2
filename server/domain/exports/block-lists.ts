import type { Row } from "@/server/domain/exports/cells.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

const numberCells = ({ digits, exact }: Readonly<{ digits: string; exact: boolean }>): readonly string[] => [
  `+${digits}`,
  exact ? "number" : "all that begin so",
];

/** The numbers that a tenant blocks itself, as cells by number. */
export async function numberBlockRows(tx: TenantRead, tenantId: TenantId): Promise<Row[]> {
  const rows = await tx.$queryRaw<{ digits: string; exact: boolean; note: string; at: Date }[]>`
    SELECT digits, exact, reason AS note, created_at AS at FROM number_block
    WHERE tenant_id = ${tenantId}::uuid ORDER BY digits, exact`;
  return rows.map((row) => [...numberCells(row), row.note, row.at.getTime()]);
}

type HotNumber = { digits: string; exact: boolean; list: string; name: string; enabled: boolean };

/**
 * So many numbers of a tenant's hot lists after a place, list by list in the order of their keys. A list that is read anew in
 * between goes on in its new numbers.
 */
export async function hotNumbersAfter(
  tx: TenantRead,
  tenantId: TenantId,
  { after, limit }: Readonly<{ after: string | null; limit: number }>,
): Promise<{ rows: Row[]; after: string | null }> {
  const [list, digits = "", exact = ""] = after?.split("_") ?? [null];
  const rows = await tx.$queryRaw<HotNumber[]>`
    SELECT n.digits, n.exact, l.id AS list, l.name, l.enabled
    FROM hot_list l CROSS JOIN LATERAL (
      SELECT digits, exact FROM hot_number h WHERE h.list_id = l.id AND h.generation = l.generation
        AND (l.id > ${list}::uuid OR ${list}::uuid IS NULL OR (h.digits, h.exact) > (${digits}, ${exact}::text = 'true'))
      ORDER BY digits, exact LIMIT ${limit}::int) n
    WHERE l.tenant_id = ${tenantId}::uuid AND (${list}::uuid IS NULL OR l.id >= ${list}::uuid)
    ORDER BY l.id, n.digits, n.exact LIMIT ${limit}::int`;
  const last = rows.at(-1);
  return {
    rows: rows.map((row) => [...numberCells(row), row.name, row.enabled ? "yes" : "no"]),
    after: last && rows.length === limit ? `${last.list}_${last.digits}_${last.exact}` : null,
  };
}

type StoredBan = {
  id: string;
  network: string;
  scope: string;
  state: string;
  reason: string;
  source: string;
  by: string;
  times: (Date | null)[];
  hits: bigint;
  before: number;
  us: bigint;
};

/**
 * So many bans after a place, as cells, the oldest first; those placed after the moment that the file shows are not in it.
 * What became of them is as it is when it is read.
 */
export async function bansAfter(
  tx: TenantRead,
  tenantId: TenantId,
  { after, asOf, limit }: Readonly<{ after: string | null; asOf: Date; limit: number }>,
): Promise<{ rows: Row[]; after: string | null }> {
  const [us = null, id = null] = after?.split("_") ?? [];
  const rows = await tx.$queryRaw<StoredBan[]>`
    SELECT b.id, abbrev(b.network) AS network, b.scope, b.reason, b.source, b.hits, b.times_before AS before,
      CASE WHEN b.lifted_at IS NOT NULL THEN 'lifted' WHEN b.expires_at > now() THEN 'active' ELSE 'over' END AS state,
      coalesce(i.number::text, nullif(p.name, ''), p.email, b.source_id) AS by, ARRAY[b.created_at, b.expires_at, b.lifted_at] AS times,
      (extract(epoch FROM b.created_at) * 1000000)::bigint AS us
    FROM (SELECT * FROM ban WHERE tenant_id = ${tenantId}::uuid AND created_at <= ${asOf}::timestamptz AND (${us}::bigint IS NULL
        OR (created_at, id) > (timestamptz 'epoch' + ${us}::bigint * interval '1 microsecond', ${id}::uuid))
      ORDER BY created_at, id LIMIT ${limit}::int) b
    LEFT JOIN person p ON b.source = 'person' AND p.id::text = b.source_id
    LEFT JOIN incident i ON b.source = 'incident' AND i.tenant_id = b.tenant_id AND i.id::text = b.source_id
    ORDER BY b.created_at, b.id`;
  const last = rows.at(-1);
  return {
    rows: rows.map((row) => [
      ...[row.network, row.scope, row.state, row.reason, row.source, row.by],
      ...row.times.map((at) => at?.getTime() ?? null),
      ...[Number(row.hits), row.before, row.id],
    ]),
    after: last && rows.length === limit ? `${last.us}_${last.id}` : null,
  };
}
