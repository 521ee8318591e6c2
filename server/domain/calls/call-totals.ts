import type { CallFilter } from "@/server/domain/calls/call.schema";
import { type Asked, sourceOf } from "@/server/domain/calls/call-driver";
import { partsOf } from "@/server/domain/calls/call-parts";
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
  const range = await callRange(tx, tenantId, choice);
  const stretch = await stretchOf(tx, range);
  const summed = range.kind === "customer" ? summedBy(choice, range) : null;
  const counted = summed === null ? await countCalls(tx, tenantId, choice, range) : null;
  const totals = counted ?? (await readSums(tx, summed ?? EVERYTHING, range, stretch));
  return { ...totals, shown: { from: stretch.firstDay, to: stretch.lastDay }, currency: range.currency };
}

const EVERYTHING: Summed = { dim: "way", values: null };

type Told = Omit<CallTotals, "shown" | "currency">;

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

async function readSums(tx: TenantRead, summed: Summed, range: CallRange, stretch: Stretch): Promise<Told> {
  const whole = await seriesOf(tx, summed, range, "whole");
  const days = await seriesOf(tx, summed, { ...range, ...stretch }, "day");
  return { ...sumOf(whole), since: null, about: null, days: days.map(dayOf) };
}

/** One row, or one for each day that has calls. */
function seriesOf(
  tx: TenantRead,
  { dim, values }: Summed,
  { from, until, now, timeZone }: Pick<CallRange, "from" | "until" | "now" | "timeZone">,
  bucket: "whole" | "day",
): Promise<Sum[]> {
  const first = new Date(Math.floor((from ?? BEGINNING).getTime() / QUARTER_MS) * QUARTER_MS);
  const end = until ?? new Date(Math.ceil(now.getTime() / QUARTER_MS) * QUARTER_MS + QUARTER_MS);
  return tx.$queryRaw<Sum[]>`
    SELECT key, calls, answered, talk_ms AS "talkMs", cost_micros AS "costMicros"
    FROM usage_series(${first}::timestamptz, ${end}::timestamptz, ${dim}, ${values === null ? null : [...values]}::text[], ${timeZone}, ${bucket}) ORDER BY key`;
}

type Counted = Sum & Readonly<{ first: Date; edge: Date | null }>;

async function countCalls(tx: TenantRead, tenantId: TenantId, choice: CallChoice, range: CallRange): Promise<Told> {
  const asked = { tenantId, filter: choice, range, place: sql`state = 'ended'`, most: LOOKED_AT };
  const rows: Counted[] = [];
  for await (const part of partsOf(tx, tenantId, range)) {
    const left = EXACT - sumOf(rows).calls;
    rows.unshift(...(await countPart(tx, { ...asked, part, rows: left + 1 }, left)));
    if (sumOf(rows).calls >= EXACT || rows.some(({ edge }) => edge)) break;
  }
  const days = byDay(rows);
  const sum = sumOf(days);
  const edge = rows.find((row) => row.edge)?.edge ?? null;
  const since = edge ?? (sum.calls >= EXACT ? (rows[0]?.first ?? null) : null);
  const about = since === null ? null : await guess(tx, range, since, sum.calls);
  return { ...sum, since, about, days: days.map(dayOf) };
}

/** A day may be in two parts. */
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

/** The calls of a part by day, the first day first. */
async function countPart(tx: TenantRead, asked: Asked, most: number): Promise<Counted[]> {
  const { calls, rest, lookedAt } = await sourceOf(tx, asked);
  const end = lookedAt ?? -1;
  return tx.$queryRaw<Counted[]>`
    SELECT to_char(c.started_at AT TIME ZONE ${asked.range.timeZone}, 'YYYY-MM-DD') AS key, count(*) FILTER (WHERE c.found) AS calls,
      count(*) FILTER (WHERE c.found AND c.outcome = 'answered') AS answered, coalesce(sum(c.talk_ms) FILTER (WHERE c.found), 0)::bigint AS "talkMs",
      coalesce(sum(c.cost_micros) FILTER (WHERE c.found), 0)::bigint AS "costMicros", min(c.started_at) AS first, min(c.started_at) FILTER (WHERE c.nth = ${end}) AS edge
    FROM (SELECT started_at, outcome, talk_ms, cost_micros, nth, (${rest}) IS TRUE AS found FROM (${calls}) call
      WHERE (${rest}) OR nth = ${end} ORDER BY started_at DESC, id DESC LIMIT ${most}) c
    GROUP BY 1 ORDER BY 1`;
}

/** As many to each call as there were since then; null where no sums are of the same calls as the list. */
async function guess(tx: TenantRead, range: CallRange, since: Date, calls: number): Promise<number | null> {
  if (range.kind !== "customer") return null;
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
