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

type Stretch = Pick<CallRange, "from" | "until" | "horizon">;

/**
 * The parts that a stretch of time reaches into, the newest first: the recent calls, then those that are older, a month, two more,
 * four more and so on; or the oldest first, a month, two more and so on, and the recent calls last. What comes later is asked for
 * only when somebody goes on to it.
 */
export async function* partsOf(
  tx: TenantRead,
  reach: CallReach,
  range: Stretch,
  oldestFirst = false,
): AsyncGenerator<CallPart> {
  if (!oldestFirst) yield* recentPart(range);
  yield* olderParts(tx, reach, range, oldestFirst);
  if (oldestFirst) yield* recentPart(range);
}

function* recentPart({ from, until, horizon }: Stretch): Generator<CallPart> {
  if (until !== null && until <= horizon) return;
  const begins = from !== null && from > horizon ? from : horizon;
  yield { table: sql`call`, within: sql`true`, from: begins, until, recent: true };
}

async function* olderParts(
  tx: TenantRead,
  { tenantId, below }: CallReach,
  { from, until, horizon }: Stretch,
  oldestFirst: boolean,
): AsyncGenerator<CallPart> {
  if (from !== null && from >= horizon) return;
  const ends = until !== null && until < horizon ? until : horizon;
  // Of a branch it is not looked up: what is not filed yet is little, wherever it is.
  const [old] = below
    ? [{ unfiled: true }]
    : await tx.$queryRaw<{ unfiled: boolean }[]>`
    SELECT EXISTS (SELECT FROM call WHERE tenant_id = ${tenantId}::uuid AND started_at < ${ends}::timestamptz) AS unfiled`;
  const found = await tx.$queryRaw<Month[]>`
    SELECT month, from_at AS "fromAt" FROM call_months() WHERE from_at < ${ends}::timestamptz
      AND (${from}::timestamptz IS NULL OR until_at > ${from}::timestamptz) ORDER BY from_at DESC`;
  if (found.length === 0 && !old?.unfiled) return;
  const months = oldestFirst ? found.toReversed() : found;
  let edge = oldestFirst ? from : ends;
  for (let [at, size] = [0, 1]; at === 0 || at < months.length; [at, size] = [at + size, size * 2]) {
    const some = months.slice(at, at + size);
    const more = at + size < months.length;
    // Where this part and the next one meet; the last has all that is left.
    const meets = more ? (oldestFirst ? months[at + size] : some.at(-1))?.fromAt : undefined;
    const next = meets !== undefined && !oldestFirst && from !== null && from > meets ? from : meets;
    yield {
      table: sql`call_record`,
      within: filedIn(some),
      from: oldestFirst ? edge : (next ?? from),
      until: oldestFirst ? (next ?? ends) : edge,
      recent: false,
    };
    if (meets === undefined) return;
    edge = meets;
  }
}

const filedIn = (months: readonly Month[]): Sql => {
  const filed = months.flatMap(({ month }) => [month, `${month} paid`]);
  return sql`(filed IS NULL OR filed = ANY (${filed}::text[]))`;
};
