import { type Forecast, forecastOf } from "@/server/domain/earnings/forecast.rules";
import { addDays, daysOf, keysOf, type Span, spanOf } from "@/server/domain/usage/period.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** Micros without tax, corrections included: what those directly below paid, what it cost, and what is left of it. */
export type Earned = Readonly<{ revenueMicros: bigint; costMicros: bigint; earnedMicros: bigint }>;

export type EarningsDay = Earned & Readonly<{ day: string }>;
export type EarningsOf = Earned &
  Readonly<{
    /** null when it is not there any more. */
    slug: string | null;
    name: string;
    calls: number;
    /** On the same days of the month before. */
    beforeMicros: bigint;
  }>;

export type Earnings = Readonly<{
  month: string;
  currency: string;
  zone: string;
  /** Whether the month goes on. */
  goesOn: boolean;
  /** The days that are over, and today. */
  days: readonly EarningsDay[];
  total: Earned;
  /** The month before: the same days of it, and all of it. */
  before: Readonly<{ month: string; sameDaysMicros: bigint; wholeMicros: bigint }>;
  /** By what was earned, the most first. */
  customers: readonly EarningsOf[];
  forecast: Forecast | null;
  /** Calls that left the house, of which the operator's plan of what carriers ask has no price in its own currency: they cost nothing here. */
  withoutCost: number;
  /** In other currencies than one's own: the cost of it is in one's own, so what is left is not told. */
  otherMoney: readonly Readonly<{ currency: string; revenueMicros: bigint }>[];
}>;

const HISTORY_DAYS = 28;
const MOST_CUSTOMERS = 1_000;

type Frame = Readonly<{ currency: string; zone: string; today: string; since: string }>;
type Sum = Readonly<{ revenueMicros: bigint; costMicros: bigint }>;

const earned = ({ revenueMicros, costMicros }: Sum): Earned => ({
  revenueMicros,
  costMicros,
  earnedMicros: revenueMicros - costMicros,
});
const earnedIn = (days: readonly EarningsDay[]): bigint => days.reduce((sum, day) => sum + day.earnedMicros, 0n);

/**
 * What a seller earned with the calls of those below it in a month of its own calendar, complete to the moment of reading: what
 * those directly below paid it, less what the same calls cost it: the operator what its plan of carriers' prices says, where there
 * is one. Nothing of who sells to it is in it but its own cost, and its own calls are none. Nor is anything of those who pay in another currency: what they paid is in theirs, what it cost in one's own.
 * Wants a transaction of the tenant that reaches below, for the names there.
 * @param month as 2027-01; the one that goes on when left out.
 * @param most so many of those below, who brought most.
 * @throws DomainError not_found when the tenant is not visible; invalid_input for a month to come.
 */
export async function readEarnings(
  tx: TenantRead,
  tenantId: TenantId,
  month?: string,
  now = new Date(),
  most = MOST_CUSTOMERS,
): Promise<Earnings> {
  const frame = await readFrame(tx, tenantId, now);
  const asked = month ?? frame.today.slice(0, 7);
  const whole = spanOf("month", `${asked}-01`);
  if (whole.from > frame.today) throw new DomainError("invalid_input", { field: "month" }, "That month has not begun.");
  const goesOn = whole.to >= frame.today;
  const span = { from: whole.from, to: goesOn ? frame.today : whole.to };
  const before = spanOf("month", addDays(whole.from, -1));
  const sameDays = { from: before.from, to: addDays(before.from, Math.min(daysOf(span), daysOf(before)) - 1) };
  const history = { from: addDays(frame.today, -HISTORY_DAYS), to: addDays(frame.today, -1) };
  const days = await readDays(tx, frame, {
    from: goesOn && history.from < span.from ? history.from : span.from,
    to: span.to,
  });
  const inMonth = days.filter(({ day }) => day >= span.from);
  const [sameDaysMicros, wholeMicros] = [await readSum(tx, frame, sameDays), await readSum(tx, frame, before)];
  return {
    month: asked,
    currency: frame.currency,
    zone: frame.zone,
    goesOn,
    days: inMonth,
    total: earned({
      revenueMicros: inMonth.reduce((sum, day) => sum + day.revenueMicros, 0n),
      costMicros: inMonth.reduce((sum, day) => sum + day.costMicros, 0n),
    }),
    before: { month: before.from.slice(0, 7), sameDaysMicros, wholeMicros },
    customers: await readCustomers(tx, frame, span, { before: sameDays, most }),
    forecast: (goesOn && forecastFrom(days, inMonth, { frame, end: whole.to })) || null,
    withoutCost: await readWithoutCost(tx, frame, span),
    otherMoney: await readOther(tx, frame, span),
  };
}

/** Days before the first call count for nothing: a seller who began last week has a week of history. */
function forecastFrom(
  days: readonly EarningsDay[],
  inMonth: readonly EarningsDay[],
  { frame: { today, since }, end }: Readonly<{ frame: Frame; end: string }>,
): Forecast | undefined {
  const history = days.filter(({ day }) => day < today && day >= since && day >= addDays(today, -HISTORY_DAYS));
  const over = inMonth.filter(({ day }) => day < today);
  const forecast = forecastOf(over, keysOf({ from: today, to: end }, "day"), history);
  // A day that goes better than its like has earned that already.
  const soFar = earnedIn(inMonth);
  if (!forecast || forecast.likelyMicros >= soFar) return forecast;
  return { ...forecast, likelyMicros: soFar, ...(forecast.highMicros < soFar ? { highMicros: soFar } : {}) };
}

async function readFrame(tx: TenantRead, tenantId: TenantId, now: Date): Promise<Frame> {
  const [frame] = await tx.$queryRaw<Frame[]>`
    SELECT t.currency, t.time_zone AS zone, to_char(${now}::timestamptz AT TIME ZONE t.time_zone, 'YYYY-MM-DD') AS today,
      coalesce((SELECT to_char(min(u.at) AT TIME ZONE t.time_zone, 'YYYY-MM-DD')
        FROM usage_rows(${now}::timestamptz - interval '40 days', ${now}::timestamptz, 'child') u), '9999-12-31') AS since
    FROM tenant t WHERE t.id = ${tenantId}::uuid`;
  if (!frame) throw new DomainError("not_found");
  return frame;
}

/** Every day of the span, also those without a call. */
async function readDays(tx: TenantRead, { currency, zone }: Frame, { from, to }: Span): Promise<EarningsDay[]> {
  const rows = await tx.$queryRaw<(Sum & { day: string })[]>`
    SELECT to_char(d.day, 'YYYY-MM-DD') AS day, coalesce(s.revenue, 0)::bigint AS "revenueMicros", coalesce(s.cost, 0)::bigint AS "costMicros"
    FROM generate_series(${from}::timestamp, ${to}::timestamp, interval '1 day') d (day)
    LEFT JOIN LATERAL (SELECT sum(revenue_micros) AS revenue, sum(cost_micros) AS cost
      FROM usage_earned(d.day AT TIME ZONE ${zone}, (d.day + interval '1 day') AT TIME ZONE ${zone}) u
      WHERE u.currency = ${currency} AND NOT EXISTS (SELECT FROM tenant k WHERE k.id::text = u.value AND k.currency <> ${currency})) s ON true
    ORDER BY 1`;
  return rows.map((row) => ({ day: row.day, ...earned(row) }));
}

async function readSum(tx: TenantRead, { currency, zone }: Frame, { from, to }: Span): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ micros: bigint }[]>`
    SELECT coalesce(sum(revenue_micros - cost_micros), 0)::bigint AS micros
    FROM usage_earned(${from}::timestamp AT TIME ZONE ${zone}, (${to}::timestamp + interval '1 day') AT TIME ZONE ${zone}) u
    WHERE u.currency = ${currency} AND NOT EXISTS (SELECT FROM tenant k WHERE k.id::text = u.value AND k.currency <> ${currency})`;
  return row?.micros ?? 0n;
}

async function readCustomers(
  tx: TenantRead,
  frame: Frame,
  span: Span,
  { before, most }: Readonly<{ before: Span; most: number }>,
): Promise<EarningsOf[]> {
  const { currency, zone } = frame;
  const rows = await tx.$queryRaw<
    (Sum & { slug: string | null; name: string | null; calls: bigint; before: bigint })[]
  >`
    WITH part AS (
      SELECT 'now' AS whose, u.* FROM usage_earned(${span.from}::timestamp AT TIME ZONE ${zone}, (${span.to}::timestamp + interval '1 day') AT TIME ZONE ${zone}) u
      UNION ALL
      SELECT 'before', u.* FROM usage_earned(${before.from}::timestamp AT TIME ZONE ${zone}, (${before.to}::timestamp + interval '1 day') AT TIME ZONE ${zone}) u
    ), sums AS (
      SELECT u.value, coalesce(sum(u.revenue_micros) FILTER (WHERE u.whose = 'now'), 0)::bigint AS revenue,
        coalesce(sum(u.cost_micros) FILTER (WHERE u.whose = 'now'), 0)::bigint AS cost,
        coalesce(sum(u.calls) FILTER (WHERE u.whose = 'now'), 0)::bigint AS calls,
        coalesce(sum(u.revenue_micros - u.cost_micros) FILTER (WHERE u.whose = 'before'), 0)::bigint AS before
      FROM part u WHERE u.currency = ${currency} AND NOT EXISTS (SELECT FROM tenant k WHERE k.id::text = u.value AND k.currency <> ${currency}) GROUP BY 1)
    SELECT t.slug, t.name, s.revenue AS "revenueMicros", s.cost AS "costMicros", s.calls, s.before
    FROM sums s LEFT JOIN tenant t ON t.id::text = s.value
    WHERE s.revenue <> 0 OR s.cost <> 0 OR s.before <> 0 OR s.calls > 0
    ORDER BY s.revenue - s.cost DESC, s.value LIMIT ${most}::int`;
  return rows.map(({ slug, name, calls, before: beforeMicros, ...sum }) => ({
    slug,
    name: name ?? "Deleted",
    calls: Number(calls),
    beforeMicros,
    ...earned(sum),
  }));
}

async function readWithoutCost(tx: TenantRead, { currency, zone }: Frame, { from, to }: Span): Promise<number> {
  const [row] = await tx.$queryRaw<{ calls: bigint }[]>`
    SELECT coalesce(sum(CASE WHEN u.currency = ${currency} THEN u.calls - u.answered ELSE u.calls END), 0)::bigint AS calls
    FROM usage_rows(${from}::timestamp AT TIME ZONE ${zone}, (${to}::timestamp + interval '1 day') AT TIME ZONE ${zone}, 'carrier') u`;
  return Number(row?.calls ?? 0n);
}

const readOther = (tx: TenantRead, { currency, zone }: Frame, { from, to }: Span) =>
  tx.$queryRaw<{ currency: string; revenueMicros: bigint }[]>`
    SELECT u.currency, sum(revenue_micros + corrected_revenue_micros)::bigint AS "revenueMicros"
    FROM usage_rows(${from}::timestamp AT TIME ZONE ${zone}, (${to}::timestamp + interval '1 day') AT TIME ZONE ${zone}, 'child') u
    WHERE u.currency <> ${currency} GROUP BY 1 ORDER BY 1`;
