import { columnDecimals, moneyText } from "@/components/billing/money-text";
import type { ChartData, Series } from "@/components/charts/chart-data";
import type { Money } from "@/components/reports/parts-table";
import { placeName } from "@/components/reports/place-name";
import {
  acdOf,
  asrOf,
  costOf,
  countOf,
  keyText,
  lengthText,
  minutesText,
  type ReportData,
  revenueOf,
  seriesOf,
  shareText,
} from "@/components/reports/report-words";
import { numberFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** `selects`: whether its points are days of calls that can be listed. */
export type Drawn = Readonly<{ title: string; summary: string; data: ChartData; selects: boolean }>;
type Told = Readonly<{ report: ReportData; before: ReportData | undefined; money: Money; labels: readonly string[] }>;
type Measure = Parameters<typeof seriesOf>[1];

const count = (value: number): string => countOf(Math.round(value * 10) / 10);
const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** The charts of one period, with the stretch before behind them when it is given. */
export function chartsOf(report: ReportData, before: ReportData | undefined, money: Money): readonly Drawn[] {
  const { total, points, zone } = report;
  const told: Told = { report, before, money, labels: points.map(({ key }) => keyText(key, zone)) };
  const minutes = t("{minutes} minutes in {calls, plural, one {# answered call} other {# answered calls}}.", {
    minutes: minutesText(total.talkMs),
    calls: total.answered,
  });
  const calls = t("{calls, plural, one {# call} other {# calls}}, {refused} of them refused here.", {
    calls: total.calls,
    refused: total.blocked,
  });
  const asr = t("{share} of the calls that were let out were answered.", { share: shareText(asrOf(total)) });
  const acd = t("An answered call lasts {length} on average.", { length: lengthText(acdOf(total)) });
  return [
    moneyChart(told),
    chart(told, t("Minutes"), minutes, [["minutes", t("Minutes"), "area"]], count),
    chart(told, t("Calls"), calls, [["calls", t("Calls"), "bars"]], count),
    chart(told, t("Answered (ASR)"), asr, [["asr", "ASR", "line"]], percent),
    chart(told, t("Average length (ACD)"), acd, [["acd", "ACD", "line"]], lengthText),
    placesChart(told),
    peakChart(told),
  ];
}

/** Places beside each other that a chart still names; the others are one. */
const NAMED = 7;

/** Where to, by the money that went there, or where nobody paid by the minutes. */
function placesChart({ report, money }: Told): Drawn {
  const { countries, currency } = report;
  const paid = money === "cost" ? costOf : revenueOf;
  const byMoney = countries.some((part) => paid(part) > 0n);
  const sizeOf = (part: (typeof countries)[number]) =>
    byMoney ? Number(paid(part)) / 1_000_000 : part.talkMs / 60_000;
  const sorted = countries.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const [named, rest] = [sorted.slice(0, NAMED), sorted.slice(NAMED)];
  const shown = [
    ...named.map((part) => ({ name: placeName(part.value), value: sizeOf(part) })),
    ...(rest.length > 0 ? [{ name: t("Other"), value: rest.reduce((sum, part) => sum + sizeOf(part), 0) }] : []),
  ];
  const whole = shown.reduce((sum, { value }) => sum + value, 0);
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  const format = byMoney ? (value: number) => numberFormat(style).format(value) : count;
  const [first] = shown;
  const went = t("Calls went to {countries, plural, one {one country} other {# countries}}.", {
    countries: countries.length,
  });
  const most =
    first && whole > 0
      ? t("{country} has {share} of it.", { country: first.name, share: shareText(first.value / whole) })
      : "";
  const values = shown.map(({ value }) => value);
  return {
    title: byMoney ? t("Destinations by money") : t("Destinations by minutes"),
    summary: [went, most].filter(Boolean).join(" "),
    data: {
      over: t("Where"),
      labels: shown.map(({ name }) => name),
      series: [{ name: byMoney ? t("Money") : t("Minutes"), kind: "bars", values, texts: values.map(format) }],
      format,
    },
    selects: false,
  };
}

type Line = readonly [measure: Measure, name: string, kind: Series["kind"]];

function chart(
  told: Told,
  title: string,
  summary: string,
  lines: readonly Line[],
  format: (value: number) => string,
): Drawn {
  const { report, labels } = told;
  const series = lines.map(([measure, name, kind]) => seriesOf(report, measure, { name, kind }));
  const [first] = lines;
  const data = { labels, series: [...series, ...(first ? quiet(told, first[0]) : [])], format };
  return { title, summary, data, selects: report.bucket !== "hour" };
}

/** The stretch before, point under point; one that was longer is cut, one that was shorter ends early. */
function quiet({ before, labels }: Told, measure: Measure): Series[] {
  if (!before) return [];
  const { values, texts, ...series } = seriesOf(before, measure, { name: t("Before"), kind: "line", quiet: true });
  const at = <T>(all: readonly T[], none: T): T[] => labels.map((_, index) => all[index] ?? none);
  return [{ ...series, values: at(values, null), texts: at(texts, "–") }];
}

/** With the cap of a day as a line, where the points are days. */
function spendChart(told: Told, paid: string, format: (value: number) => string): Drawn {
  const { bucket, dailyCapMicros: cap, currency } = told.report;
  const said = t("{amount} in this period.", { amount: paid });
  if (cap === null || bucket !== "day") return chart(told, t("Spend"), said, [["cost", t("Spend"), "bars"]], format);
  const amount = moneyText(cap, currency);
  const capped = `${said} ${t("The cap is {cap} a day.", { cap: amount })}`;
  const drawn = chart(told, t("Spend"), capped, [["cost", t("Spend"), "bars"]], format);
  const threshold = { value: Number(cap) / 1_000_000, label: t("Cap {cap}", { cap: amount }) };
  return { ...drawn, data: { ...drawn.data, threshold } };
}

function moneyChart(told: Told): Drawn {
  const { total, currency } = told.report;
  const [paid, came] = [moneyText(costOf(total), currency), moneyText(revenueOf(total), currency)];
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  const format = (value: number) => {
    const maximumFractionDigits = value < 10 && value !== 0 ? columnDecimals([], currency) : 0;
    return numberFormat({ ...style, maximumFractionDigits }).format(value);
  };
  if (told.money === "cost") return spendChart(told, paid, format);
  if (told.money === "revenue")
    return chart(
      told,
      t("Revenue"),
      t("{amount} came in.", { amount: came }),
      [["revenue", t("Revenue"), "bars"]],
      format,
    );
  const lines: readonly Line[] = [
    ["revenue", t("Revenue"), "line"],
    ["margin", t("Margin"), "area"],
  ];
  return chart(told, t("Revenue and margin"), t("{came} came in, {paid} went out.", { came, paid }), lines, format);
}

function peakChart({ report, money, labels }: Told): Drawn {
  // The limit of who sells is about its own phones; what is counted here is with everybody below.
  const limit = money === "cost" ? report.maxCalls : null;
  const values = report.peaks.map(({ peak }) => peak);
  const seen = values.some((value) => value !== null);
  const most = countOf(Math.max(0, ...values.map((value) => value ?? 0)));
  const said =
    limit === null
      ? t("At most {most} at once.", { most })
      : t("At most {most} at once, of {limit} allowed.", { most, limit });
  const texts = values.map((value) => (value === null ? "–" : countOf(value)));
  const threshold = limit === null ? undefined : { value: limit, label: t("Limit {limit}", { limit: String(limit) }) };
  return {
    title: t("Most calls at once"),
    summary: seen ? said : t("Nobody has counted in this period: the workers do from now on."),
    data: { labels, series: [{ name: t("calls|At once"), kind: "line", values, texts }], format: count, threshold },
    selects: false,
  };
}
