import type { CallFilter } from "@/server/domain/calls/call.schema";
import { type CallRow, callRowOf, type StoredCall } from "@/server/domain/calls/call-row";
import { callRange, callsWhere } from "@/server/domain/calls/call-where";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type ListedCall = CallRow & {
  /** Every gate in the order it was walked, as it was recorded. */
  readonly trace: unknown;
};
export type CallPage = {
  readonly items: readonly ListedCall[];
  /** Names the last row, so that new calls arriving meanwhile shift nothing. */
  readonly nextCursor: string | null;
  readonly currency: string;
};

type Listed = StoredCall & { exactUs: bigint; trace: unknown };

/**
 * A tenant's calls, newest first, a page at a time: refused and unanswered ones included, days as its own calendar has
 * them. Pages follow (started_at, id), so a deep page costs what the first one does.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function listCalls(tx: TenantRead, tenantId: TenantId, filter: CallFilter): Promise<CallPage> {
  const { limit = 50 } = filter;
  const [atUs = null, afterId = null] = filter.cursor?.split("_") ?? [];
  const tenant = await callRange(tx, tenantId, filter);
  const rows = await tx.$queryRaw<Listed[]>`
    SELECT c.*, to_jsonb(h) AS price
    FROM (
      SELECT tenant_id, id, started_at AS "startedAt", answered_at AS "answeredAt", ended_at AS "endedAt", kind,
        extension_number AS "extensionNumber", extension_name AS "extensionName", dialled, to_e164 AS "toE164", country, state, outcome, reason,
        talk_ms AS "talkMs", billed_seconds AS "billedSeconds", cost_micros AS "costMicros", from_number AS "fromNumber", trace,
        (extract(epoch FROM started_at) * 1000000)::bigint AS "exactUs"
      FROM call
      WHERE ${callsWhere(tenantId, filter, tenant)}
        AND (${atUs}::text IS NULL OR (started_at, id) <
          (timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond', ${afterId}::uuid))
      ORDER BY started_at DESC, id DESC LIMIT ${limit + 1}) c
    LEFT JOIN hold h ON h.tenant_id = c.tenant_id AND h.call_id = c.id
    ORDER BY c."startedAt" DESC, c.id DESC`;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({ ...callRowOf(row, tenant.now), trace: row.trace })),
    nextCursor: rows.length > limit && last ? `${last.exactUs}_${last.id}` : null,
    currency: tenant.currency,
  };
}
