import { decimalOf, type Micros, micros } from "@/server/kernel/money";

export type Limits = {
  readonly dailyCapMicros: Micros | null;
  readonly monthlyCapMicros: Micros | null;
  readonly callCapMicros: Micros | null;
  /** The highest price of a minute, in micros. */
  readonly maxPerMinuteMicros: Micros | null;
  readonly maxCalls: number | null;
  /** null for an extension: the tenant's counts. */
  readonly maxCallsPerMinute: number | null;
  /** The same. */
  readonly maxCallsPerSecond: number | null;
};

/** The name of each limit in a form, and the column that holds it. */
export const limitColumns = {
  dailyCap: "daily_cap_micros",
  monthlyCap: "monthly_cap_micros",
  callCap: "call_cap_micros",
  maxPerMinute: "max_per_minute_micros",
  maxCalls: "max_calls",
  maxCallsPerMinute: "max_calls_per_minute",
  maxCallsPerSecond: "max_calls_per_second",
} as const;
export type LimitName = keyof typeof limitColumns;

/** A row's columns as they come from the database: numbers or bigints, or null. */
export type LimitRow = Readonly<Partial<Record<(typeof limitColumns)[LimitName], bigint | number | null>>>;

/** The limits that count calls; the others are amounts. */
export const isCount = (name: LimitName): name is "maxCalls" | "maxCallsPerMinute" | "maxCallsPerSecond" =>
  name === "maxCalls" || name === "maxCallsPerMinute" || name === "maxCallsPerSecond";

const moneyOf = (value: bigint | number | null | undefined): Micros | null =>
  value === null || value === undefined ? null : micros(BigInt(value));
const countOf = (value: bigint | number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

/** The limits of a row; no row sets none. */
export const limitsOf = (row: LimitRow | undefined): Limits => ({
  dailyCapMicros: moneyOf(row?.daily_cap_micros),
  monthlyCapMicros: moneyOf(row?.monthly_cap_micros),
  callCapMicros: moneyOf(row?.call_cap_micros),
  maxPerMinuteMicros: moneyOf(row?.max_per_minute_micros),
  maxCalls: countOf(row?.max_calls),
  maxCallsPerMinute: countOf(row?.max_calls_per_minute),
  maxCallsPerSecond: countOf(row?.max_calls_per_second),
});

type Patch = Readonly<Partial<Record<LimitName, Micros | number | null | undefined>>>;
export type NamedLimits = Readonly<Record<string, string | number | null>>;

const names = Object.keys(limitColumns) as readonly LimitName[];
const given = (patch: Patch) => names.filter((name) => patch[name] !== undefined);

/** The columns that a patch changes, as text or null: what the database's function takes. */
export const columnsOf = (patch: Patch): Readonly<Record<string, string | null>> =>
  Object.fromEntries(given(patch).map((name) => [limitColumns[name], patch[name]?.toString() ?? null]));

/** The limits of a patch that are not what they were when the form was filled in; what it does not say was not looked at. */
export const changedSince = (seen: Patch, patch: Patch, before: LimitRow): readonly LimitName[] =>
  given(patch).filter((name) => {
    const [then, now] = [seen[name], before[limitColumns[name]]];
    return then !== undefined && (then?.toString() ?? null) !== (now?.toString() ?? null);
  });

/** For the audit trail: of the limits that a patch changes what they were and what they are, amounts as decimals. */
export function auditOf(patch: Patch, before: LimitRow): { before: NamedLimits; after: NamedLimits } {
  const text = (name: LimitName, value: bigint | number | null | undefined) => {
    if (value === null || value === undefined) return null;
    return isCount(name) ? Number(value) : decimalOf(BigInt(value));
  };
  const pick = (of: (name: LimitName) => bigint | number | null | undefined): NamedLimits =>
    Object.fromEntries(given(patch).map((name) => [name, text(name, of(name))]));
  return { before: pick((name) => before[limitColumns[name]]), after: pick((name) => patch[name]) };
}
