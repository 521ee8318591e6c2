import { type BelowCall, belowOf } from "@/server/domain/calls/below-call";
import type { CallFilter } from "@/server/domain/calls/call.schema";
import { sourceOf } from "@/server/domain/calls/call-driver";
import { partsOf } from "@/server/domain/calls/call-parts";
import { type CallReach, reachOf } from "@/server/domain/calls/call-reach";
import { type CallRow, callRowOf, type StoredCall } from "@/server/domain/calls/call-row";
import { type Asked, newestFirst, oldestFirst } from "@/server/domain/calls/call-source";
import { callRange } from "@/server/domain/calls/call-where";
import { sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type ListedCall = CallRow & {
  /** Every gate in the order it was walked, as it was recorded. */
  readonly trace: unknown;
  /** Whose it is and what was paid for it, where the calls of a branch are asked for; null where one tenant's are. */
  readonly below: BelowCall | null;
};
export type CallPage = {
  readonly items: readonly ListedCall[];
  /** Names the last row, so that new calls arriving meanwhile shift nothing; or the call up to which was looked. */
  readonly nextCursor: string | null;
  /** Not every call of the page was found yet: calls up to this moment were looked at, and the next page goes on there. */
  readonly searchedTo: Date | null;
  readonly currency: string;
  /** Whether calls of tenants below are among them: the costs are then the own ones, whosever the calls are. */
  readonly below: boolean;
};

type Listed = StoredCall & { tenantId: TenantId; exactUs: bigint; trace: unknown; found: boolean; edge: boolean };

/** Calls that one page looks at, where no index has just those that are asked for: a few milliseconds. */
const LOOKED_AT = 1_500;
/** The same for who said that it may take longer. */
const LOOKED_AT_FAR = 100_000;

/**
 * A tenant's calls, newest first or oldest first, a page at a time: refused and unanswered ones included, days as its own calendar has
 * them. Pages follow (started_at, id), so a deep page costs what the first one does. What no index finds is looked for in a
 * bounded number of calls; a page that is not full then says how far back was looked. Wants a subtree transaction where the
 * filter reaches below.
 * @throws DomainError not_found when the tenant, or the one asked for, is not visible.
 */
export async function listCalls(tx: TenantRead, tenantId: TenantId, filter: CallFilter): Promise<CallPage> {
  const { limit = 50, cursor, far, sort, ...choice } = filter;
  const way = sort === "-time" ? oldestFirst : newestFirst;
  const reach = await reachOf(tx, tenantId, filter);
  const range = await callRange(tx, tenantId, filter, reach.below);
  const [atUs = "0", afterId = ""] = cursor?.split("_") ?? [];
  const place = cursor
    ? sql`(started_at, id) ${way.follows} (timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond', ${afterId}::uuid)`
    : sql`true`;
  const most = far ? LOOKED_AT_FAR : LOOKED_AT;
  const asked = { tenantId, reach, filter: choice, range, way, place, most };
  const atMs = Math.floor(Number(atUs) / 1_000);
  const left = !cursor ? {} : way.oldestFirst ? { from: new Date(atMs) } : { until: new Date(atMs + 1) };
  const rows: Listed[] = [];
  for await (const part of partsOf(tx, reach, { ...range, ...left }, way.oldestFirst)) {
    rows.push(...(await readPart(tx, { ...asked, part, rows: limit + 1 - rows.length })));
    // The next part is asked for when the page was not filled by this one, all of which was looked at.
    if (rows.length > limit || rows.some(({ edge }) => edge)) break;
  }
  const end = rows.findIndex(({ edge }) => edge);
  // What goes on and began before the place up to which was looked comes with the page that begins there.
  const found = (end === -1 ? rows : rows.slice(0, end + 1)).filter((row) => row.found);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : rows[end];
  return {
    items: await itemsOf(tx, reach, range.now, shown),
    nextCursor: last ? `${last.exactUs}_${last.id}` : null,
    searchedTo: shown.length < limit ? (rows[end]?.startedAt ?? null) : null,
    currency: range.currency,
    below: reach.below,
  };
}

async function itemsOf(tx: TenantRead, reach: CallReach, now: Date, rows: readonly Listed[]): Promise<ListedCall[]> {
  if (!reach.below) return rows.map((row) => ({ ...callRowOf(row, now), trace: row.trace, below: null }));
  const all = await belowOf(tx, reach.tenantId, rows);
  return rows.map((row) => {
    const { call, below } = all(row, now);
    return { ...call, trace: row.trace, below };
  });
}

async function readPart(tx: TenantRead, asked: Asked): Promise<Listed[]> {
  const { calls, rest, lookedAt } = await sourceOf(tx, asked);
  return tx.$queryRaw<Listed[]>`
    SELECT c.*, to_jsonb(h) AS price
    FROM (
      SELECT tenant_id AS "tenantId", id, started_at AS "startedAt", answered_at AS "answeredAt", ended_at AS "endedAt", kind,
        extension_number AS "extensionNumber", extension_name AS "extensionName", dialled, to_e164 AS "toE164", country, state, outcome, reason,
        talk_ms AS "talkMs", billed_seconds AS "billedSeconds", cost_micros AS "costMicros", from_number AS "fromNumber", trace,
        (extract(epoch FROM started_at) * 1000000)::bigint AS "exactUs", (${rest}) IS TRUE AS found, nth = ${lookedAt ?? -1} AS edge
      FROM (${calls}) call WHERE (${rest}) OR nth = ${lookedAt ?? -1}
      ${asked.way.inOrder} LIMIT ${asked.rows}) c
    LEFT JOIN hold h ON h.tenant_id = c."tenantId" AND h.call_id = c.id
    ORDER BY ${asked.way.oldestFirst ? sql`c."startedAt", c.id` : sql`c."startedAt" DESC, c.id DESC`}`;
}
