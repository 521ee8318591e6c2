import type { Outputs } from "@/components/api/outputs";
import { moneyText } from "@/components/billing/money-text";
import type { ChartData } from "@/components/charts/chart-data";
import { monthName } from "@/components/earnings/month-in";
import { dateFormat, numberFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

export type EarningsData = Outputs["earnings"]["month"];
export type EarningsPart = EarningsData["customers"][number];

/** The page in one sentence: what was earned, and how that is against the month before. */
export function earningsSentence({ total, before, currency, goesOn, month }: EarningsData): string {
  const earned = moneyText(total.earnedMicros, currency);
  const same = goesOn ? before.sameDaysMicros : before.wholeMicros;
  const then = moneyText(same, currency);
  const [now, last] = [monthName(month), monthName(before.month)];
  if (same === 0n)
    return goesOn
      ? t("{earned} earned so far in {now}; nothing on the same days of {last}.", { earned, now, last })
      : t("{earned} earned in {now}; nothing in {last}.", { earned, now, last });
  return goesOn
    ? t("{earned} earned so far in {now}, against {then} on the same days of {last}.", { earned, now, then, last })
    : t("{earned} earned in {now}, against {then} in {last}.", { earned, now, then, last });
}

const ROUGH_FROM = 100_000_000n;

/** What a forecast is worth, said with it. */
export function forecastSentence({ forecast, currency, month }: EarningsData): string | undefined {
  if (!forecast) return undefined;
  const { lowMicros, likelyMicros, highMicros, basedOnDays } = forecast;
  // Of a large sum the cents would claim to be known.
  const rough = likelyMicros >= ROUGH_FROM ? { decimals: 0 } : {};
  const money = (amount: bigint) => moneyText(amount, currency, rough);
  return t(
    "{month} may end at about {likely}, between {low} and {high} in eight months of ten. This takes the last {days, plural, one {# day} other {# days}} by their day of the week and knows nothing of holidays or of customers to come.",
    {
      month: monthName(month),
      likely: money(likelyMicros),
      low: money(lowMicros),
      high: money(highMicros),
      days: basedOnDays,
    },
  );
}

const dayLabel = (day: string): string =>
  dateFormat({ day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

/** For the picture only; the table beside it has the exact figures. */
const figure = (micros: bigint): number => Number(micros / 100n) / 10_000;

/** Each day with what came in and what is left of it. */
export function earningsChart({ days, currency }: EarningsData): ChartData {
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 2 } as const;
  const texts = (pick: (day: EarningsData["days"][number]) => bigint) =>
    days.map((day) => moneyText(pick(day), currency));
  return {
    labels: days.map(({ day }) => dayLabel(day)),
    series: [
      {
        name: t("Revenue"),
        kind: "line",
        values: days.map(({ revenueMicros }) => figure(revenueMicros)),
        texts: texts(({ revenueMicros }) => revenueMicros),
      },
      {
        name: t("Earned"),
        kind: "area",
        values: days.map(({ earnedMicros }) => figure(earnedMicros)),
        texts: texts(({ earnedMicros }) => earnedMicros),
      },
    ],
    format: (value) => numberFormat(style).format(value),
  };
}

export const changeOf = ({ earnedMicros, beforeMicros }: EarningsPart): bigint => earnedMicros - beforeMicros;

/** Those whose earnings moved the most against the same days of the month before, whichever way. */
export function topMovers(customers: readonly EarningsPart[], most: number): readonly EarningsPart[] {
  const size = (amount: bigint) => (amount < 0n ? -amount : amount);
  return customers
    .filter((part) => changeOf(part) !== 0n)
    .toSorted((a, b) => (size(changeOf(b)) > size(changeOf(a)) ? 1 : -1))
    .slice(0, most);
}
