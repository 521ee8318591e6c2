import type { CallFilter } from "@/server/domain/calls/call.schema";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

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

type Chosen = Omit<CallFilter, "cursor" | "limit">;
export type CallRange = Readonly<{
  currency: string;
  timeZone: string;
  now: Date;
  from: Date | null;
  until: Date | null;
}>;

/**
 * The moments that a filter's days begin and end at in the tenant's own calendar, and how the tenant counts money and time.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function callRange(
  tx: TenantRead,
  tenantId: TenantId,
  filter: Pick<CallFilter, "from" | "to">,
): Promise<CallRange> {
  const [range] = await tx.$queryRaw<CallRange[]>`
    SELECT currency, time_zone AS "timeZone", clock_timestamp() AS now,
      coalesce(${dayOf(filter.from)}::timestamp AT TIME ZONE time_zone, ${momentOf(filter.from)}::timestamptz) AS "from",
      coalesce((${dayOf(filter.to)}::timestamp + interval '1 day') AT TIME ZONE time_zone, ${momentOf(filter.to)}::timestamptz) AS "until"
    FROM tenant WHERE id = ${tenantId}::uuid`;
  if (!range) throw new DomainError("not_found");
  return range;
}

/** What of the table call a filter lets through: the same for a page of the list and for a file of all of it. */
export function callsWhere(tenantId: TenantId, filter: Chosen, range: Pick<CallRange, "from" | "until">): Sql {
  const { text, outcome = null, extensionId = null } = filter;
  const like = text ? likeOf(text) : null;
  const digits = text ? digitsOf(text) : null;
  const id = text && uuid.test(text) ? text : null;
  return sql`tenant_id = ${tenantId}::uuid
        AND (${range.from}::timestamptz IS NULL OR started_at >= ${range.from}::timestamptz)
        AND (${range.until}::timestamptz IS NULL OR started_at < ${range.until}::timestamptz)
        AND (${extensionId}::text IS NULL OR extension_id = ${extensionId}::uuid)
        AND (${outcome}::text IS NULL
          OR CASE state WHEN 'authorised' THEN 'ringing' WHEN 'answered' THEN 'live' ELSE outcome END = ${outcome}::text)
        AND (${like}::text IS NULL OR dialled ILIKE ${like}::text OR from_number ILIKE ${like}::text OR extension_number ILIKE ${like}::text OR extension_name ILIKE ${like}::text
          OR pbx_call_id ILIKE ${like}::text OR strpos(to_e164, ${digits}::text) > 0 OR id = ${id}::uuid)`;
}
