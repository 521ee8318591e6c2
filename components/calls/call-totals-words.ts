import type { ChartData } from "@/components/charts/chart-data";
import { keysOf } from "@/server/domain/usage/period.schema";
import { dateFormat, numberFormat, numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

type Totals = Readonly<{
  calls: number;
  since: Date | null;
  about: number | null;
  days: readonly Readonly<{ day: string; calls: number; answered: number }>[];
  shown: Readonly<{ from: string; to: string }> | null;
}>;

/** 21 Nov, from 2026-11-21. */
const dayText = (key: string): string =>
  dateFormat({ timeZone: "UTC", day: "numeric", month: "short" }).format(new Date(key));

/** Exact where every call was counted, else about; where nothing tells, at least. */
export function countWords({ calls, since, about }: Totals): string {
  if (since === null) return numberText(calls);
  if (about === null) return t("{count} or more", { count: calls });
  return t("about {count}", { count: numberFormat({ maximumSignificantDigits: 2 }).format(about) });
}

/** What the picture shows, in a sentence; and which calls the figures beside it are of, where that is not all. */
export function totalsSentence({ days, since, shown, calls }: Totals): string {
  if (shown === null || calls === 0) return t("No call to count.");
  const busiest = days.toSorted((a, b) => b.calls - a.calls)[0];
  const most = busiest
    ? t("Most on {day}, {count}.", { day: dayText(busiest.day), count: busiest.calls })
    : t("None in these days.");
  if (since === null) return most;
  const counted = { count: calls, day: dayText(since.toISOString().slice(0, 10)) };
  return `${most} ${t("Counted are the {count} since {day}.", { count: counted.count, day: counted.day })}`;
}

/** A bar for each day of the picture; `keys` are the days. Days from before the count began have none. */
export function dayBars({ days, shown, since }: Totals): Readonly<{ keys: readonly string[]; chart: ChartData }> {
  const keys = shown === null ? [] : keysOf(shown, "day");
  const at = new Map(days.map((one) => [one.day, one]));
  const counted = since?.toISOString().slice(0, 10) ?? "";
  const values = keys.map((key) => (key < counted ? null : (at.get(key)?.calls ?? 0)));
  const texts = values.map((value) => (value === null ? "–" : numberText(value)));
  const format = (value: number): string => numberText(Math.round(value));
  return {
    keys,
    chart: { labels: keys.map(dayText), series: [{ name: t("Calls"), kind: "bars", values, texts }], format },
  };
}
