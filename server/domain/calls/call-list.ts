import type { CallFilter } from "@/server/domain/calls/call.schema";
import { type CallRow, callRowOf, type StoredCall } from "@/server/domain/calls/call-row";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
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

/** What people type of a number: +49 (0)30 and blanks do not matter, digits do. */
const digitsOf = (text: string): string | null => {
  const digits = text
    .replace(/\(0\)/g, "")
    .replace(/[\s()./+-]/g, "")
    .replace(/^00/, "");
  return /^\d{2,}$/.test(digits) ? digits : null;
};
const likeOf = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const dayOf = (text: string | undefined): string | null => (text && text.length === 10 ? text : null);
const momentOf = (text: string | undefined): string | null => (text && text.length > 10 ? text : null);

/**
 * A tenant's calls, newest first, a page at a time: refused and unanswered ones included, days as its own calendar has
 * them. Pages follow (started_at, id), so a deep page costs what the first one does.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function listCalls(tx: TenantRead, tenantId: TenantId, filter: CallFilter): Promise<CallPage> {
  const { text, outcome = null, extensionId = null, limit = 50 } = filter;
  const [atUs = null, afterId = null] = filter.cursor?.split("_") ?? [];
  const [tenant] = await tx.$queryRaw<{ currency: string; now: Date; from: Date | null; until: Date | null }[]>`
    SELECT currency, clock_timestamp() AS now,
      coalesce(${dayOf(filter.from)}::timestamp AT TIME ZONE time_zone, ${momentOf(filter.from)}::timestamptz) AS "from",
      coalesce((${dayOf(filter.to)}::timestamp + interval '1 day') AT TIME ZONE time_zone, ${momentOf(filter.to)}::timestamptz) AS "until"
    FROM tenant WHERE id = ${tenantId}::uuid`;
  if (!tenant) throw new DomainError("not_found");
  const like = text ? likeOf(text) : null;
  const digits = text ? digitsOf(text) : null;
  const id = text && uuid.test(text) ? text : null;
  const rows = await tx.$queryRaw<Listed[]>`
    SELECT c.*, to_jsonb(h) AS price
    FROM (
      SELECT tenant_id, id, started_at AS "startedAt", answered_at AS "answeredAt", ended_at AS "endedAt", kind,
        extension_number AS "extensionNumber", extension_name AS "extensionName", dialled, to_e164 AS "toE164", country, state, outcome, reason,
        talk_ms AS "talkMs", billed_seconds AS "billedSeconds", cost_micros AS "costMicros", from_number AS "fromNumber", trace,
        (extract(epoch FROM started_at) * 1000000)::bigint AS "exactUs"
      FROM call
      WHERE tenant_id = ${tenantId}::uuid
        AND (${atUs}::text IS NULL OR (started_at, id) <
          (timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond', ${afterId}::uuid))
        AND (${tenant.from}::timestamptz IS NULL OR started_at >= ${tenant.from}::timestamptz)
        AND (${tenant.until}::timestamptz IS NULL OR started_at < ${tenant.until}::timestamptz)
        AND (${extensionId}::text IS NULL OR extension_id = ${extensionId}::uuid)
        AND (${outcome}::text IS NULL
          OR CASE state WHEN 'authorised' THEN 'ringing' WHEN 'answered' THEN 'live' ELSE outcome END = ${outcome}::text)
        AND (${like}::text IS NULL OR dialled ILIKE ${like}::text OR from_number ILIKE ${like}::text OR extension_number ILIKE ${like}::text OR extension_name ILIKE ${like}::text
          OR pbx_call_id ILIKE ${like}::text OR strpos(to_e164, ${digits}::text) > 0 OR id = ${id}::uuid)
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
