import type { CallFilter } from "@/server/domain/calls/call.schema";
import { type CallReach, paidBelow, whoseOf } from "@/server/domain/calls/call-reach";
import { type CallText, readCallText } from "@/server/domain/calls/call-text.rules";
import { join, type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { parseMicros } from "@/server/kernel/money";

const dayOf = (text: string | undefined): string | null => (text && text.length === 10 ? text : null);
const momentOf = (text: string | undefined): string | null => (text && text.length > 10 ? text : null);

export type CallChoice = Omit<CallFilter, "cursor" | "limit" | "far" | "sort">;
export type CallRange = Readonly<{
  currency: string;
  timeZone: string;
  country: string;
  kind: string;
  now: Date;
  from: Date | null;
  until: Date | null;
  /** From here on every call is in the table `call`; older ones may be in the months of `call_record`. */
  horizon: Date;
  /** The call whose id, of the portal or of the PBX, is the filter's text. */
  named: string | null;
}>;

/**
 * The moments that a filter's days begin and end at in the tenant's own calendar, and how the tenant counts money and time.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function callRange(
  tx: TenantRead,
  tenantId: TenantId,
  filter: Pick<CallFilter, "from" | "to" | "text">,
  below = false,
): Promise<CallRange> {
  const { text = null } = filter;
  const named = below ? sql`call_named_below(${text}::text)` : sql`call_named(${text}::text)`;
  const [range] = await tx.$queryRaw<CallRange[]>`
    SELECT currency, time_zone AS "timeZone", country, kind, clock_timestamp() AS now, call_horizon() AS horizon,
      coalesce(${dayOf(filter.from)}::timestamp AT TIME ZONE time_zone, ${momentOf(filter.from)}::timestamptz) AS "from",
      coalesce((${dayOf(filter.to)}::timestamp + interval '1 day') AT TIME ZONE time_zone, ${momentOf(filter.to)}::timestamptz) AS "until",
      CASE WHEN length(${text}::text) >= 6 THEN ${named} END AS named
    FROM tenant WHERE id = ${tenantId}::uuid`;
  if (!range) throw new DomainError("not_found");
  return range;
}

/** Whose calls, and of when: what every index begins with. */
export const callsWithin = (tenantId: TenantId, range: Pick<CallRange, "from" | "until">): Sql =>
  sql`tenant_id = ${tenantId}::uuid${callsBetween(range)}`;

/** Of when, to be put after another condition. */
export function callsBetween({ from, until }: Pick<CallRange, "from" | "until">): Sql {
  const after = from === null ? sql`` : sql` AND started_at >= ${from}::timestamptz`;
  const before = until === null ? sql`` : sql` AND started_at < ${until}::timestamptz`;
  return sql`${after}${before}`;
}

/**
 * One thing that a filter asks of a call. `index`: an index of the table `call` has those that are over in the order of the list;
 * `months`: one of each month has them as well.
 */
export type Condition = Readonly<{ sql: Sql; index: boolean; months?: true }>;

/** From these on a call is in an index of the dear and of the long ones; they stand in the migration as well. */
const DEAR_MICROS = 500_000n;
const LONG_MS = 600_000;

/**
 * What a filter asks beside the time, the likeliest to be rare first. Values that decide whether an index may be used stand in
 * the text of the statement, all others are values.
 */
export function conditionsOf(
  filter: CallChoice,
  { country, named, currency }: Pick<CallRange, "country" | "named" | "currency">,
  reach: CallReach,
): readonly Condition[] {
  const found: Condition[] = [];
  const { text, extensionId, reason, outcome, direction, minCost, minSeconds } = filter;
  if (named !== null) found.push({ sql: sql`id = ${named}::uuid`, index: true, months: true });
  else if (text) found.push({ sql: textCondition(readCallText(text, country)), index: false });
  if (reason) found.push({ sql: sql`reason = ${reason}`, index: true });
  if (extensionId) found.push({ sql: sql`extension_id = ${extensionId}::uuid`, index: true });
  if (outcome) found.push(outcomeCondition(outcome));
  if (filter.country) found.push({ sql: sql`kind = 'external' AND country = ${filter.country}`, index: true });
  if (direction) found.push(directions[direction]);
  if (minCost) {
    const least = parseMicros(minCost) ?? 0n;
    // Below, what the call cost its own tenant is nobody's business but of whom it paid; no index knows that.
    const dear = !reach.below && least >= DEAR_MICROS;
    const cost = reach.below ? paidBelow(reach.tenantId, currency) : sql`cost_micros`;
    found.push({
      sql: sql`${cost} >= ${least}::bigint${dear ? sql` AND cost_micros >= 500000` : sql``}`,
      index: dear,
    });
  }
  if (minSeconds) {
    const long = minSeconds * 1_000 >= LONG_MS;
    found.push({
      sql: sql`talk_ms >= ${minSeconds * 1_000}::bigint${long ? sql` AND talk_ms >= 600000` : sql``}`,
      index: long,
    });
  }
  return found;
}

function outcomeCondition(outcome: NonNullable<CallFilter["outcome"]>): Condition {
  if (outcome === "ringing") return { sql: sql`state = 'authorised'`, index: false };
  if (outcome === "live") return { sql: sql`state = 'answered'`, index: false };
  // Most calls are answered: those are found by going through all.
  if (outcome === "answered") return { sql: sql`state = 'ended' AND outcome = 'answered'`, index: false };
  return { sql: sql`state = 'ended' AND outcome = ${outcome} AND outcome <> 'answered'`, index: true };
}

const directions: Readonly<Record<NonNullable<CallFilter["direction"]>, Condition>> = {
  in: { sql: sql`kind = 'inbound'`, index: true },
  internal: { sql: sql`kind IN ('internal', 'echo')`, index: true },
  out: { sql: sql`kind NOT IN ('inbound', 'internal', 'echo')`, index: false },
};

function textCondition({ begins, part, digits }: CallText): Sql {
  if (begins) {
    const full = begins.full.map((number) => sql`to_e164 ^@ ${number} OR from_number ^@ ${`+${number}`}`);
    const dialled = begins.dialled.map((number) => sql`dialled ^@ ${number}`);
    return sql`(${join(full, " OR ")} OR (to_e164 IS NULL AND (${join(dialled, " OR ")})))`;
  }
  const inFull = digits === null ? sql`` : sql` OR strpos(to_e164, ${digits}) > 0`;
  return sql`(dialled ILIKE ${part} OR from_number ILIKE ${part} OR extension_number ILIKE ${part} OR extension_name ILIKE ${part}
    OR pbx_call_id ILIKE ${part}${inFull})`;
}

/** What of the calls a filter lets through: the same for a page of the list and for a file of all of it. */
export function callsWhere(
  reach: CallReach,
  filter: CallChoice,
  range: Pick<CallRange, "from" | "until" | "country" | "named" | "currency">,
): Sql {
  const whose = reach.below ? sql`${whoseOf(reach)}${callsBetween(range)}` : callsWithin(reach.tenantId, range);
  return join([whose, ...conditionsOf(filter, range, reach).map((one) => one.sql)], " AND ");
}
