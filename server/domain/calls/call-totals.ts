import type { CallFilter } from "@/server/domain/calls/call.schema";
import { sourceOf } from "@/server/domain/calls/call-driver";
import { partsOf } from "@/server/domain/calls/call-parts";
import { type CallReach, reachOf } from "@/server/domain/calls/call-reach";
import { type Asked, newestFirst } from "@/server/domain/calls/call-source";
import { type CallChoice, type CallRange, callRange } from "@/server/domain/calls/call-where";
import { type Summed, summedBy } from "@/server/domain/calls/summed.rules";
import { sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** Of the calls that are over and that a filter lets through. Money in micros without tax, as it was charged. */
export type CallTotals = Readonly<{
  calls: number;
  answered: number;
  talkMs: number;
  costMicros: bigint;
  /** What the tenants directly below paid for them, by currency; nothing where one's own calls are asked for. */
  paid: readonly Readonly<{ currency: string; micros: bigint }>[];
  /** Whether calls of tenants below are among them. */
  below: boolean;
  /** Not null: the figures are of the calls from this moment on, for there are more than are counted one by one. */
  since: Date | null;
  /** About how many there are in all; null where `calls` is exact, and where nothing tells. */
  about: number | null;
  /** Calls by day of the tenant's calendar, `day` as 2027-01-31; without those that have none. */
  days: readonly Readonly<{ day: string; calls: number; answered: number }>[];
  /** The first and the last day that `days` is about; null where there is no call. */
  shown: Readonly<{ from: string; to: string }> | null;
  currency: string;
}>;

type Sum = Readonly<{ key: string; calls: bigint; answered: bigint; talkMs: bigint; costMicros: bigint }>;
type Stretch = Readonly<{ from: Date; until: Date; firstDay: string; lastDay: string }>;

/** Counted one by one up to here, as in every list. */
const EXACT = 10_000;
/** Calls looked at for that, where neither sums nor an index have just those that are asked for. */
const LOOKED_AT = 100_000;
/** Days that the picture has at most. */
const SHOWN_DAYS = 62;
/** Days of the picture of a list without a beginning. */
const USUAL_DAYS = 30;

/**
 * How many calls a filter lets through, and what they come to: from the sums where those know, exact whatever there is; else
 * counted one by one up to a bound, and then about. Calls that go on are not in it.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function totalCalls(tx: TenantRead, tenantId: TenantId, filter: CallFilter): Promise<CallTotals> {
  const { cursor: _, limit: __, far: ___, ...choice } = filter;
  const reach = await reachOf(tx, tenantId, choice);
  const range = await callRange(tx, tenantId, choice, reach.below);
  const stretch = await stretchOf(tx, range);
  // The sums of who has tenants below are of the whole branch, never of its own calls alone.
  const summed = range.kind === "customer" || reach.below ? summedBy(choice, range, reach) : null;
  const counted = summed === null ? await countCalls(tx, reach, choice, range) : null;
  const totals = counted ?? (await readSums(tx, summed ?? EVERYTHING, { range, reach, stretch }));
  return {
    ...totals,
    below: reach.below,
    shown: { from: stretch.firstDay, to: stretch.lastDay },
    currency: range.currency,
  };
}

const EVERYTHING: Summed = { dim: "way", values: null };

type Told = Omit<CallTotals, "shown" | "currency" | "below">;

/** What the picture is of: the filter's days, at most so many, or the last thirty. */
async function stretchOf(tx: TenantRead, { from, until, now, timeZone }: CallRange): Promise<Stretch> {
  const most = from === null ? USUAL_DAYS : SHOWN_DAYS;
  const [stretch] = await tx.$queryRaw<Stretch[]>`
    SELECT x.first::timestamp AT TIME ZONE ${timeZone} AS "from", (x.last::timestamp + interval '1 day') AT TIME ZONE ${timeZone} AS until,
      x.first::text AS "firstDay", x.last::text AS "lastDay"
    FROM (SELECT greatest((${from}::timestamptz AT TIME ZONE ${timeZone})::date, y.last - ${most - 1}::int) AS first, y.last
      FROM (SELECT (least(${now}::timestamptz, ${until}::timestamptz - interval '1 microsecond') AT TIME ZONE ${timeZone})::date AS last) y) x`;
  return stretch ?? { from: now, until: now, firstDay: "", lastDay: "" };
}

/** Long before the first call that there may be. */
const BEGINNING = new Date("2000-01-01T00:00:00Z");
const QUARTER_MS = 900_000;

type Framed = Readonly<{ range: CallRange; reach: CallReach; stretch: Stretch }>;

async function readSums(tx: TenantRead, summed: Summed, { range, reach, stretch }: Framed): Promise<Told> {
  const paid = reach.below ? await paidIn(tx, summed, range) : [];
  const whole = await seriesOf(tx, summed, range, "whole");
  const days = await seriesOf(tx, summed, { ...range, ...stretch }, "day");
  return { ...sumOf(whole), paid, since: null, about: null, days: days.map(dayOf) };
}

/** What the tenants directly below paid for what the sums are of, corrections left out as in every cost of a call. */
async function paidIn(tx: TenantRead, { dim, values }: Summed, range: CallRange): Promise<Told["paid"]> {
  const { first, end } = quartersOf(range);
  return tx.$queryRaw<{ currency: string; micros: bigint }[]>`
    SELECT currency, sum(revenue_micros)::bigint AS micros FROM usage_rows(${first}::timestamptz, ${end}::timestamptz, ${dim})
    WHERE ${values === null ? null : [...values]}::text[] IS NULL OR value = ANY (${values === null ? null : [...values]}::text[])
    GROUP BY currency HAVING sum(revenue_micros) <> 0 ORDER BY currency`;
}

/** The quarters of an hour that a stretch of time is in. */
const quartersOf = ({ from, until, now }: Pick<CallRange, "from" | "until" | "now">) => ({
  first: new Date(Math.floor((from ?? BEGINNING).getTime() / QUARTER_MS) * QUARTER_MS),
  end: until ?? new Date(Math.ceil(now.getTime() / QUARTER_MS) * QUARTER_MS + QUARTER_MS),
});

/** One row, or one for each day that has calls. */
function seriesOf(
  tx: TenantRead,
  { dim, values }: Summed,
  range: Pick<CallRange, "from" | "until" | "now" | "timeZone">,
  bucket: "whole" | "day",
): Promise<Sum[]> {
  const { first, end } = quartersOf(range);
  return tx.$queryRaw<Sum[]>`
    SELECT key, calls, answered, talk_ms AS "talkMs", cost_micros AS "costMicros"
    FROM usage_series(${first}::timestamptz, ${end}::timestamptz, ${dim}, ${values === null ? null : [...values]}::text[], ${range.timeZone}, ${bucket}) ORDER BY key`;
}

type Paid = Readonly<{ currency: string | null; paidMicros: bigint }>;
type Counted = Sum & Paid & Readonly<{ first: Date; edge: Date | null }>;

async function countCalls(tx: TenantRead, reach: CallReach, choice: CallChoice, range: CallRange): Promise<Told> {
  const asked = {
    tenantId: reach.tenantId,
    reach,
    filter: choice,
    range,
    way: newestFirst,
    place: sql`state = 'ended'`,
    most: LOOKED_AT,
  };
  const rows: Counted[] = [];
  for await (const part of partsOf(tx, reach, range)) {
    const left = EXACT - sumOf(rows).calls;
    rows.unshift(...(await countPart(tx, { ...asked, part, rows: left + 1 }, left)));
    if (sumOf(rows).calls >= EXACT || rows.some(({ edge }) => edge)) break;
  }
  const days = byDay(rows);
  const sum = sumOf(days);
  const edge = rows.find((row) => row.edge)?.edge ?? null;
  const since = edge ?? (sum.calls >= EXACT ? (rows[0]?.first ?? null) : null);
  const about = since === null ? null : await guess(tx, { range, reach, since, calls: sum.calls });
  return { ...sum, paid: byCurrency(rows), since, about, days: days.map(dayOf) };
}

function byCurrency(rows: readonly Paid[]): Told["paid"] {
  const sums = new Map<string, bigint>();
  for (const { currency, paidMicros } of rows)
    if (currency !== null && paidMicros !== 0n) sums.set(currency, (sums.get(currency) ?? 0n) + paidMicros);
  return [...sums].toSorted().map(([currency, micros]) => ({ currency, micros }));
}

/** A day may be in two parts, and in several currencies. */
function byDay(rows: readonly Sum[]): Sum[] {
  const days = new Map<string, Sum>();
  for (const row of rows) {
    const other = days.get(row.key);
    const both = other && {
      key: row.key,
      calls: row.calls + other.calls,
      answered: row.answered + other.answered,
      talkMs: row.talkMs + other.talkMs,
      costMicros: row.costMicros + other.costMicros,
    };
    days.set(row.key, both ?? row);
  }
  return [...days.values()];
}

/** The calls of a part by day, the first day first; of a branch by the currency of who paid as well. */
async function countPart(tx: TenantRead, asked: Asked, most: number): Promise<Counted[]> {
  const { calls, rest, lookedAt } = await sourceOf(tx, asked);
  const { below, tenantId } = asked.reach;
  const end = lookedAt ?? -1;
  const levels = below
    ? sql`LEFT JOIN tenant_below b ON b.ancestor_id = ${tenantId}::uuid AND b.descendant_id = c.tenant_id
      LEFT JOIN hold own ON b.depth > 0 AND own.tenant_id = ${tenantId}::uuid AND own.call_id = c.id
      LEFT JOIN hold sold ON b.depth > 0 AND sold.call_id = c.id AND sold.level = b.depth - 1
      LEFT JOIN wallet w ON w.id = sold.wallet_id`
    : sql``;
  const cost = below ? sql`CASE b.depth WHEN 0 THEN c.cost_micros ELSE own.charged_micros END` : sql`c.cost_micros`;
  const [currency, paid] = below ? [sql`w.currency`, sql`sold.charged_micros`] : [sql`NULL::text`, sql`0`];
  return tx.$queryRaw<Counted[]>`
    SELECT to_char(c.started_at AT TIME ZONE ${asked.range.timeZone}, 'YYYY-MM-DD') AS key, ${currency} AS currency, count(*) FILTER (WHERE c.found) AS calls,
      count(*) FILTER (WHERE c.found AND c.outcome = 'answered') AS answered, coalesce(sum(c.talk_ms) FILTER (WHERE c.found), 0)::bigint AS "talkMs",
      coalesce(sum(${cost}) FILTER (WHERE c.found), 0)::bigint AS "costMicros", coalesce(sum(${paid}) FILTER (WHERE c.found), 0)::bigint AS "paidMicros",
      min(c.started_at) AS first, max(c.edge) AS edge
    FROM (SELECT *, max(started_at) FILTER (WHERE nth = ${end}) OVER () AS edge
      FROM (SELECT id, tenant_id, started_at, outcome, talk_ms, cost_micros, nth, (${rest}) IS TRUE AS found FROM (${calls}) call
        WHERE (${rest}) OR nth = ${end} ORDER BY started_at DESC, id DESC LIMIT ${most}) found) c ${levels}
    -- Of several tenants that had more than was looked at the newest place counts: before it some calls are missing.
    WHERE c.edge IS NULL OR c.started_at >= c.edge
    GROUP BY 1, 2 ORDER BY 1, 2`;
}

type Guessed = Readonly<{ range: CallRange; reach: CallReach; since: Date; calls: number }>;

/** As many to each call as there were since then; null where no sums are of the same calls as the list. */
async function guess(tx: TenantRead, { range, reach, since, calls }: Guessed): Promise<number | null> {
  if (reach.chosen || (range.kind !== "customer" && !reach.below)) return null;
  const whole = async (from: Date) => (await seriesOf(tx, EVERYTHING, { ...range, from }, "whole"))[0];
  const all = Number((await whole(range.from ?? BEGINNING))?.calls ?? 0n);
  const seen = Number((await whole(since))?.calls ?? 0n);
  return seen === 0 ? null : Math.round((calls * Math.max(all, seen)) / seen);
}

const dayOf = ({ key, calls, answered }: Sum) => ({ day: key, calls: Number(calls), answered: Number(answered) });

const sumOf = (rows: readonly Sum[]): Pick<CallTotals, "calls" | "answered" | "talkMs" | "costMicros"> => ({
  calls: rows.reduce((sum, row) => sum + Number(row.calls), 0),
  answered: rows.reduce((sum, row) => sum + Number(row.answered), 0),
  talkMs: rows.reduce((sum, row) => sum + Number(row.talkMs), 0),
  costMicros: rows.reduce((sum, row) => sum + row.costMicros, 0n),
});
