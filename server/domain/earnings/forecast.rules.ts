/** What was earned on a day of a calendar. */
export type EarnedDay = Readonly<{ day: string; earnedMicros: bigint }>;

/** What a month may come to; micros. Eight months of ten end between the two ends, if the coming weeks are like the last four. */
export type Forecast = Readonly<{ lowMicros: bigint; likelyMicros: bigint; highMicros: bigint; basedOnDays: number }>;

/** Fewer days than this tell nothing of a week. */
export const LEAST_HISTORY_DAYS = 14;
/** Of the normal distribution: eight of ten. */
const EIGHT_OF_TEN = 1.2816;

const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();

/**
 * How a month that goes on may end: what was earned on days that are over, and for each other day what that day of the week
 * brought on average lately. The range is as wide as those days differed. Of the past nothing is known but these days, so
 * holidays, new customers and other prices are in it only once they are in the past.
 * @param over days of the month that are over; `left` the others, today among them.
 * @param history days before today, whatever their month.
 * @returns undefined with fewer than 14 days of history.
 */
export function forecastOf(
  over: readonly EarnedDay[],
  left: readonly string[],
  history: readonly EarnedDay[],
): Forecast | undefined {
  if (history.length < LEAST_HISTORY_DAYS) return undefined;
  const all = history.map(({ earnedMicros }) => earnedMicros);
  let likely = over.reduce((sum, { earnedMicros }) => sum + earnedMicros, 0n);
  let variance = 0;
  for (const day of left) {
    const alike = history.filter((past) => weekdayOf(past.day) === weekdayOf(day)).map((past) => past.earnedMicros);
    const known = alike.length > 0 ? alike : all;
    likely += meanOf(known);
    // Of two or three days of one name the spread says little, so it is that of all days when it is the larger.
    variance += alike.length >= 4 ? varianceOf(alike) : Math.max(varianceOf(alike), varianceOf(all));
  }
  const spread = BigInt(Math.round(EIGHT_OF_TEN * Math.sqrt(variance)));
  return { lowMicros: likely - spread, likelyMicros: likely, highMicros: likely + spread, basedOnDays: history.length };
}

const meanOf = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((sum, amount) => sum + amount, 0n) / BigInt(amounts.length);

/** Of a sample; a single day has none. An estimate of how sure one may be, not money. */
function varianceOf(amounts: readonly bigint[]): number {
  if (amounts.length < 2) return 0;
  const mean = meanOf(amounts);
  const squares = amounts.reduce((sum, amount) => sum + Number(amount - mean) ** 2, 0);
  return squares / (amounts.length - 1);
}
