import type { ChartData } from "@/components/charts/chart-data";
import { keysOf } from "@/server/domain/usage/period.schema";

type Totals = Readonly<{
  calls: number;
  since: Date | null;
  about: number | null;
  days: readonly Readonly<{ day: string; calls: number; answered: number }>[];
  shown: Readonly<{ from: string; to: string }> | null;
}>;

const count = new Intl.NumberFormat("en");
const rough = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 21 Nov, from 2026-11-21. */
const dayText = (key: string): string => `${Number(key.slice(8))} ${months[Number(key.slice(5, 7)) - 1] ?? ""}`;

/** Exact where every call was counted, else about; where nothing tells, at least. */
export function countWords({ calls, since, about }: Totals): string {
  if (since === null) return count.format(calls);
  return about === null ? `${count.format(calls)} or more` : `about ${rough.format(about)}`;
}

/** What the picture shows, in a sentence; and which calls the figures beside it are of, where that is not all. */
export function totalsSentence({ days, since, shown, calls }: Totals): string {
  if (shown === null || calls === 0) return "No call to count.";
  const busiest = days.toSorted((a, b) => b.calls - a.calls)[0];
  const most = busiest ? `Most on ${dayText(busiest.day)}, ${count.format(busiest.calls)}.` : "None in these days.";
  if (since === null) return most;
  return `${most} Counted are the ${count.format(calls)} since ${dayText(since.toISOString().slice(0, 10))}.`;
}

/** A bar for each day of the picture; `keys` are the days. Days from before the count began have none. */
export function dayBars({ days, shown, since }: Totals): Readonly<{ keys: readonly string[]; chart: ChartData }> {
  const keys = shown === null ? [] : keysOf(shown, "day");
  const at = new Map(days.map((one) => [one.day, one]));
  const counted = since?.toISOString().slice(0, 10) ?? "";
  const values = keys.map((key) => (key < counted ? null : (at.get(key)?.calls ?? 0)));
  const texts = values.map((value) => (value === null ? "–" : count.format(value)));
  const format = (value: number): string => count.format(Math.round(value));
  return {
    keys,
    chart: { labels: keys.map(dayText), series: [{ name: "Calls", kind: "bars", values, texts }], format },
  };
}
