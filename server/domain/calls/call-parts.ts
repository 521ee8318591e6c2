import type { CallReach } from "@/server/domain/calls/call-reach";
import type { CallRange } from "@/server/domain/calls/call-where";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

/** A stretch of time and the table that has every call of it: no call is in two, and none in neither. */
export type CallPart = Readonly<{
  table: Sql;
  /** What is asked of its rows beside the time, so that months which cannot have them are left alone. */
  within: Sql;
  from: Date | null;
  until: Date | null;
  /** The table `call`, with all its indexes; the months have few. */
  recent: boolean;
}>;

type Month = Readonly<{ month: string; fromAt: Date }>;

/**
 * The parts that a stretch of time reaches into, the newest first: the recent calls, then those that are older, a month, two more,
 * four more and so on. What is older is asked for only when somebody goes on to it.
 */
export async function* partsOf(
  tx: TenantRead,
  { tenantId, below }: CallReach,
  { from, until, horizon }: Pick<CallRange, "from" | "until" | "horizon">,
): AsyncGenerator<CallPart> {
  if (until === null || until > horizon) {
    yield {
      table: sql`call`,
      within: sql`true`,
      from: from !== null && from > horizon ? from : horizon,
      until,
      recent: true,
    };
  }
  if (from !== null && from >= horizon) return;
  const begins = until !== null && until < horizon ? until : horizon;
  // Of a branch it is not looked up: what is not filed yet is little, wherever it is.
  const [old] = below
    ? [{ unfiled: true }]
    : await tx.$queryRaw<{ unfiled: boolean }[]>`
    SELECT EXISTS (SELECT FROM call WHERE tenant_id = ${tenantId}::uuid AND started_at < ${begins}::timestamptz) AS unfiled`;
  const months = await tx.$queryRaw<Month[]>`
    SELECT month, from_at AS "fromAt" FROM call_months() WHERE from_at < ${begins}::timestamptz
      AND (${from}::timestamptz IS NULL OR until_at > ${from}::timestamptz) ORDER BY from_at DESC`;
  if (months.length === 0 && !old?.unfiled) return;
  let before = begins;
  for (let [at, size] = [0, 1]; at === 0 || at < months.length; [at, size] = [at + size, size * 2]) {
    const some = months.slice(at, at + size);
    const first = at + size < months.length ? some.at(-1)?.fromAt : undefined;
    const filed = some.flatMap(({ month }) => [month, `${month} paid`]);
    const after = first === undefined || (from !== null && from > first) ? from : first;
    yield {
      table: sql`call_record`,
      within: sql`(filed IS NULL OR filed = ANY (${filed}::text[]))`,
      from: after,
      until: before,
      recent: false,
    };
    if (first === undefined) return;
    before = first;
  }
}
