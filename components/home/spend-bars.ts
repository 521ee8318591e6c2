import { dateFormat } from "@/server/kernel/locale";

export type SpendDay = Readonly<{ day: string | Date; costMicros: bigint; calls: number }>;

export type Bar = Readonly<{ key: string; height: number }>;

const largestOf = (amounts: readonly bigint[]): bigint => amounts.toSorted((a, b) => (a < b ? 1 : -1))[0] ?? 0n;

/** Heights from 0 to 100 on a zero-based scale that fits the largest day; a cap is drawn only where it lies on that scale. */
export function spendBars(
  days: readonly SpendDay[],
  cap: bigint | null,
): { bars: readonly Bar[]; capAt: number | undefined } {
  const largest = largestOf(days.map(({ costMicros }) => costMicros));
  // A cap far above what is spent would flatten every bar into nothing; it is said in words instead.
  const top = cap !== null && cap <= largest * 2n && cap > largest ? cap : largest;
  const scaled = (amount: bigint): number => (top === 0n ? 0 : Number((amount * 10_000n) / top) / 100);
  return {
    bars: days.map(({ day, costMicros }) => ({
      key: dayKey(day),
      height: costMicros > 0n ? Math.max(1.5, scaled(costMicros)) : 0,
    })),
    capAt: cap !== null && cap <= top && top > 0n ? scaled(cap) : undefined,
  };
}

/** 2026-11-21, whether the day came as text or as a date. */
export const dayKey = (day: string | Date): string =>
  typeof day === "string" ? day.slice(0, 10) : day.toISOString().slice(0, 10);

/** 21 Nov, from 2026-11-21. */
export const dayName = (key: string): string =>
  dateFormat({ timeZone: "UTC", day: "numeric", month: "short" }).format(new Date(key));
