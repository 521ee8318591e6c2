import { type Bucket, bucketOf, keysOf, type Span, shifted } from "@/server/domain/usage/period.schema";
import type { ReportInput } from "@/server/domain/usage/report.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** Sums over ended calls. Money in micros without tax: what the tenant paid, and what the tenants directly below paid it. */
export type Usage = {
  readonly calls: number;
  readonly answered: number;
  /** Refused before a carrier heard of them; no part of the answer ratio. */
  readonly blocked: number;
  readonly talkMs: number;
  readonly billedSeconds: number;
  /** As charged. */
  readonly costMicros: bigint;
  readonly revenueMicros: bigint;
  /** What corrections moved of it since, re-rating among them. */
  readonly correctedCostMicros: bigint;
  readonly correctedRevenueMicros: bigint;
};
/** `key` is a day, a month, or the moment at which an hour begins; `usage` is null for one that has not begun. */
export type UsagePoint = { readonly key: string; readonly usage: Usage | null };
export type UsagePart = Usage & { readonly value: string; readonly name: string };
export type HeatCell = {
  readonly weekday: number;
  readonly hour: number;
  readonly calls: number;
  readonly talkMs: number;
};

export type Report = {
  readonly span: Span;
  readonly previousSpan: Span;
  readonly from: Date;
  readonly until: Date;
  readonly zone: string;
  readonly currency: string;
  readonly bucket: Bucket;
  readonly points: readonly UsagePoint[];
  readonly total: Usage;
  readonly previous: Usage;
  /** Of other currencies than the tenant's own; their money is in no other figure. */
  readonly otherMoney: readonly { readonly currency: string; readonly revenueMicros: bigint }[];
  readonly ways: readonly UsagePart[];
  readonly countries: readonly UsagePart[];
  readonly extensions: readonly UsagePart[];
  readonly tenants: readonly UsagePart[];
  readonly heat: readonly HeatCell[];
  /** The most calls at once per bucket; null where nobody looked. */
  readonly peaks: readonly { readonly key: string; readonly peak: number | null }[];
  readonly maxCalls: number | null;
  /** The cap of a day, of the tenant's own calendar. */
  readonly dailyCapMicros: bigint | null;
};

type Stored = { [K in keyof Usage]: bigint | null };
type Frame = {
  currency: string;
  kind: string;
  zone: string;
  known: boolean;
  today: string;
  from: Date;
  until: Date;
  before: Date;
  previousUntil: Date;
  maxCalls: number | null;
  dailyCapMicros: bigint | null;
};

const none: Usage = {
  calls: 0,
  answered: 0,
  blocked: 0,
  talkMs: 0,
  billedSeconds: 0,
  costMicros: 0n,
  revenueMicros: 0n,
  correctedCostMicros: 0n,
  correctedRevenueMicros: 0n,
};

const usageOf = (row: Stored | undefined): Usage =>
  row === undefined
    ? none
    : {
        calls: Number(row.calls ?? 0n),
        answered: Number(row.answered ?? 0n),
        blocked: Number(row.blocked ?? 0n),
        talkMs: Number(row.talkMs ?? 0n),
        billedSeconds: Number(row.billedSeconds ?? 0n),
        costMicros: row.costMicros ?? 0n,
        revenueMicros: row.revenueMicros ?? 0n,
        correctedCostMicros: row.correctedCostMicros ?? 0n,
        correctedRevenueMicros: row.correctedRevenueMicros ?? 0n,
      };

const SHOWN_PARTS = 200;

/**
 * What a tenant called in a span of days of a calendar, and what that came to at its own level: ended calls with everything
 * below, complete to the moment of reading. Wants a transaction of the tenant that reaches below, for the names there.
 * @throws DomainError not_found when the tenant is not visible; invalid_input for a zone that the database does not know.
 */
export async function readReport(
  tx: TenantRead,
  tenantId: TenantId,
  input: ReportInput,
  now = new Date(),
): Promise<Report> {
  const span = { from: input.from, to: input.to };
  const previousSpan = shifted(input.period, span, -1);
  const frame = await readFrame(tx, tenantId, input, previousSpan, now);
  const bucket = bucketOf(span);
  const stored = await readPoints(tx, frame, bucket);
  const parts = (dim: string) => readParts(tx, frame, dim);
  const peaks = await readPeaks(tx, frame, bucket);
  const buckets = bucketsOf(frame, span, bucket);
  return {
    span,
    previousSpan,
    from: frame.from,
    until: frame.until,
    zone: frame.zone,
    currency: frame.currency,
    bucket,
    points: buckets.map((key) => ({ key, usage: isAhead(key, frame.today, now) ? null : usageOf(stored.get(key)) })),
    total: sumOf([...stored.values()].map(usageOf)),
    previous: usageOf(await readTotal(tx, frame)),
    otherMoney: await readOther(tx, frame),
    ways: await parts("way"),
    countries: await parts("country"),
    extensions: await parts("extension"),
    tenants: frame.kind === "customer" ? [] : await parts("child"),
    heat: await readHeat(tx, frame),
    peaks: buckets.map((key) => ({ key, peak: peaks.get(key) ?? null })),
    maxCalls: frame.maxCalls,
    dailyCapMicros: frame.dailyCapMicros,
  };
}

/** The sum of some usages; nothing of none. */
const sumOf = (usages: readonly Usage[]): Usage =>
  usages.reduce(
    (sum, one) => ({
      calls: sum.calls + one.calls,
      answered: sum.answered + one.answered,
      blocked: sum.blocked + one.blocked,
      talkMs: sum.talkMs + one.talkMs,
      billedSeconds: sum.billedSeconds + one.billedSeconds,
      costMicros: sum.costMicros + one.costMicros,
      revenueMicros: sum.revenueMicros + one.revenueMicros,
      correctedCostMicros: sum.correctedCostMicros + one.correctedCostMicros,
      correctedRevenueMicros: sum.correctedRevenueMicros + one.correctedRevenueMicros,
    }),
    none,
  );

async function readFrame(
  tx: TenantRead,
  tenantId: TenantId,
  input: ReportInput,
  previous: Span,
  now: Date,
): Promise<Frame> {
  const zone = input.zone ?? null;
  const [frame] = await tx.$queryRaw<Frame[]>`
    SELECT t.currency, t.kind, z.zone, z.known, t.max_calls AS "maxCalls", t.daily_cap_micros AS "dailyCapMicros",
      CASE WHEN z.known THEN to_char(${now}::timestamptz AT TIME ZONE z.zone, 'YYYY-MM-DD') END AS today,
      CASE WHEN z.known THEN ${input.from}::timestamp AT TIME ZONE z.zone END AS "from",
      CASE WHEN z.known THEN (${input.to}::timestamp + interval '1 day') AT TIME ZONE z.zone END AS "until",
      CASE WHEN z.known THEN ${previous.from}::timestamp AT TIME ZONE z.zone END AS "before",
      CASE WHEN z.known THEN (${previous.to}::timestamp + interval '1 day') AT TIME ZONE z.zone END AS "previousUntil"
    FROM tenant t CROSS JOIN LATERAL (SELECT coalesce(${zone}::text, t.time_zone) AS zone,
      ${zone}::text IS NULL OR ${zone}::text IN ('UTC', t.time_zone) OR EXISTS (SELECT FROM pg_timezone_names n WHERE n.name = ${zone}::text) AS known) z
    WHERE t.id = ${tenantId}::uuid`;
  if (!frame) throw new DomainError("not_found");
  if (!frame.known) throw new DomainError("invalid_input", { field: "zone" }, "Use a time zone such as Europe/Berlin.");
  return frame;
}

async function readPoints(tx: TenantRead, frame: Frame, bucket: Bucket): Promise<Map<string, Stored>> {
  const rows = await tx.$queryRaw<(Stored & { key: string })[]>`
    SELECT CASE ${bucket} WHEN 'day' THEN to_char(u.at AT TIME ZONE ${frame.zone}, 'YYYY-MM-DD') WHEN 'month' THEN to_char(u.at AT TIME ZONE ${frame.zone}, 'YYYY-MM')
        ELSE to_char(date_bin('1 hour', u.at, ${frame.from}::timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') END AS key,
      sum(calls)::bigint AS calls, sum(answered)::bigint AS answered, sum(blocked)::bigint AS blocked, sum(talk_ms)::bigint AS "talkMs", sum(billed_seconds)::bigint AS "billedSeconds",
      sum(cost_micros)::bigint AS "costMicros", sum(revenue_micros)::bigint AS "revenueMicros", sum(corrected_cost_micros)::bigint AS "correctedCostMicros",
      sum(corrected_revenue_micros)::bigint AS "correctedRevenueMicros"
    FROM usage_rows(${frame.from}::timestamptz, ${frame.until}::timestamptz, 'all') u WHERE u.currency = ${frame.currency} GROUP BY 1`;
  return new Map(rows.map((row) => [row.key, row]));
}

async function readTotal(tx: TenantRead, frame: Frame): Promise<Stored | undefined> {
  const [row] = await tx.$queryRaw<Stored[]>`
    SELECT sum(calls)::bigint AS calls, sum(answered)::bigint AS answered, sum(blocked)::bigint AS blocked, sum(talk_ms)::bigint AS "talkMs", sum(billed_seconds)::bigint AS "billedSeconds",
      sum(cost_micros)::bigint AS "costMicros", sum(revenue_micros)::bigint AS "revenueMicros", sum(corrected_cost_micros)::bigint AS "correctedCostMicros",
      sum(corrected_revenue_micros)::bigint AS "correctedRevenueMicros"
    FROM usage_rows(${frame.before}::timestamptz, ${frame.previousUntil}::timestamptz, 'way') u WHERE u.currency = ${frame.currency}`;
  return row;
}

const readOther = (tx: TenantRead, frame: Frame): Promise<{ currency: string; revenueMicros: bigint }[]> =>
  tx.$queryRaw`
    SELECT u.currency, sum(revenue_micros + corrected_revenue_micros)::bigint AS "revenueMicros"
    FROM usage_rows(${frame.from}::timestamptz, ${frame.until}::timestamptz, 'way') u WHERE u.currency <> ${frame.currency} GROUP BY 1 ORDER BY 1`;

async function readParts(tx: TenantRead, frame: Frame, dim: string): Promise<UsagePart[]> {
  const rows = await tx.$queryRaw<(Stored & { value: string; name: string | null })[]>`
    SELECT s.*, CASE ${dim} WHEN 'child' THEN (SELECT t.name FROM tenant t WHERE t.id::text = s.value)
      WHEN 'extension' THEN (SELECT e.number || ' ' || e.display_name FROM extension e WHERE e.id::text = s.value) ELSE s.value END AS name
    FROM (SELECT u.value, sum(calls)::bigint AS calls, sum(answered)::bigint AS answered, sum(blocked)::bigint AS blocked, sum(talk_ms)::bigint AS "talkMs",
        sum(billed_seconds)::bigint AS "billedSeconds", sum(cost_micros)::bigint AS "costMicros", sum(revenue_micros)::bigint AS "revenueMicros",
        sum(corrected_cost_micros)::bigint AS "correctedCostMicros", sum(corrected_revenue_micros)::bigint AS "correctedRevenueMicros"
      FROM usage_rows(${frame.from}::timestamptz, ${frame.until}::timestamptz, ${dim}) u WHERE u.currency = ${frame.currency} GROUP BY 1
      ORDER BY sum(greatest(cost_micros, revenue_micros)) DESC, sum(calls) DESC, 1 LIMIT ${SHOWN_PARTS}) s`;
  return rows.map(({ value, name, ...row }) => ({ ...usageOf(row), value, name: name ?? "Deleted" }));
}

async function readHeat(tx: TenantRead, frame: Frame): Promise<HeatCell[]> {
  return tx.$queryRaw`
    SELECT extract(isodow FROM u.at AT TIME ZONE ${frame.zone})::int AS weekday, extract(hour FROM u.at AT TIME ZONE ${frame.zone})::int AS hour,
      sum(calls)::int AS calls, sum(talk_ms)::float8 AS "talkMs"
    FROM usage_rows(${frame.from}::timestamptz, ${frame.until}::timestamptz, 'all') u GROUP BY 1, 2 ORDER BY 1, 2`;
}

async function readPeaks(tx: TenantRead, frame: Frame, bucket: Bucket): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw<{ key: string; peak: number }[]>`
    SELECT CASE ${bucket} WHEN 'day' THEN to_char(u.at AT TIME ZONE ${frame.zone}, 'YYYY-MM-DD') WHEN 'month' THEN to_char(u.at AT TIME ZONE ${frame.zone}, 'YYYY-MM')
        ELSE to_char(date_bin('1 hour', u.at, ${frame.from}::timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') END AS key, max(peak) AS peak
    FROM usage_peaks(${frame.from}::timestamptz, ${frame.until}::timestamptz) u GROUP BY 1`;
  return new Map(rows.map(({ key, peak }) => [key, peak]));
}

const HOUR_MS = 3_600_000;

/** Every bucket of the span in order, also those without a call. Hours count from the first midnight, so none is lost or doubled when clocks change. */
function bucketsOf({ from, until }: Frame, span: Span, bucket: Bucket): string[] {
  if (bucket !== "hour") return keysOf(span, bucket);
  const hours = Math.ceil((until.getTime() - from.getTime()) / HOUR_MS);
  return Array.from({ length: hours }, (_, index) => momentOf(new Date(from.getTime() + index * HOUR_MS)));
}

const momentOf = (date: Date): string => `${date.toISOString().slice(0, 16)}Z`;
const isAhead = (key: string, today: string, now: Date): boolean =>
  key > (key.endsWith("Z") ? momentOf(now) : today.slice(0, key.length));
