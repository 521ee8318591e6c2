import type { Outputs } from "@/components/api/outputs";
import { columnDecimals, moneyText } from "@/components/billing/money-text";
import type { Series } from "@/components/charts/chart-data";
import { dateFormat, numberFormat, numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

export type ReportData = Outputs["reports"]["usage"];
export type Usage = ReportData["total"];

const tenths = (value: number): string =>
  numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

export const countOf = (value: number): string => numberText(value);
/** What was paid by now: as charged, and what corrections moved. */
export const costOf = (usage: Usage): bigint => usage.costMicros + usage.correctedCostMicros;
export const revenueOf = (usage: Usage): bigint => usage.revenueMicros + usage.correctedRevenueMicros;
export const marginOf = (usage: Usage): bigint => revenueOf(usage) - costOf(usage);

/** Answered of those that were let out, from 0 to 1; null of none. */
export const asrOf = ({ calls, blocked, answered }: Usage): number | null =>
  calls - blocked > 0 ? answered / (calls - blocked) : null;
/** Average seconds of an answered call; null of none. */
export const acdOf = ({ answered, talkMs }: Usage): number | null => (answered > 0 ? talkMs / answered / 1_000 : null);

export const shareText = (share: number | null): string => (share === null ? "–" : `${tenths(share * 100)} %`);
export const minutesText = (ms: number): string =>
  ms < 6_000_000 ? tenths(ms / 60_000) : numberText(Math.round(ms / 60_000));
/** 3:05 */
export function lengthText(seconds: number | null): string {
  if (seconds === null) return "–";
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 21 Nov, Nov 2026, or 14:00 as clocks of the zone have it. */
export function keyText(key: string, zone: string): string {
  if (key.endsWith("Z")) {
    const parts = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    return dateFormat(parts).format(new Date(key));
  }
  const day = { timeZone: "UTC", day: "numeric", month: "short" } as const;
  const month = { timeZone: "UTC", month: "short", year: "numeric" } as const;
  return dateFormat(key.length > 7 ? day : month).format(new Date(key));
}

/** "12 % more than before", in words and with the share; nothing to compare with is said. */
export function changeText(now: number, before: number): string {
  if (before === 0) return now === 0 ? t("as before") : t("nothing before");
  const share = Math.round(((now - before) / Math.abs(before)) * 100);
  if (share === 0) return t("as before");
  return share > 0
    ? t("{share} % more than before", { share: String(share) })
    : t("{share} % less than before", { share: String(-share) });
}

type Measure = "cost" | "revenue" | "margin" | "minutes" | "calls" | "asr" | "acd";
type Drawn = Readonly<{ value: number | null; text: string }>;

const moneyOf = { cost: costOf, revenue: revenueOf, margin: marginOf };

/** One measure of every point, as the chart draws and the table says it. */
export function seriesOf(
  report: ReportData,
  measure: Measure,
  look: Pick<Series, "name" | "kind"> & { quiet?: boolean },
): Series {
  const amounts = report.points.map(({ usage }) =>
    usage && measure in moneyOf ? moneyOf[measure as "cost"](usage) : 0n,
  );
  const decimals = columnDecimals(amounts, report.currency);
  const drawn = report.points.map(({ usage }): Drawn => {
    if (!usage) return { value: null, text: "–" };
    switch (measure) {
      case "minutes":
        return { value: usage.talkMs / 60_000, text: minutesText(usage.talkMs) };
      case "calls":
        return { value: usage.calls, text: countOf(usage.calls) };
      case "asr":
        return { value: asrOf(usage), text: shareText(asrOf(usage)) };
      case "acd":
        return { value: acdOf(usage), text: lengthText(acdOf(usage)) };
      default: {
        const amount = moneyOf[measure](usage);
        return { value: Number(amount) / 1_000_000, text: moneyText(amount, report.currency, { decimals }) };
      }
    }
  });
  return { ...look, values: drawn.map(({ value }) => value), texts: drawn.map(({ text }) => text) };
}

/** A table as a file: commas, quotes doubled, and nothing that a spreadsheet would run. */
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  `${rows.map((row) => row.map((cell) => `"${(/^[=+\-@\t\r]/.test(cell) && !/^-?[\d.]+$/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`).join(",")).join("\r\n")}\r\n`;

/** An amount for a file: a plain decimal. */
export function plainMoney(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  return `${amount < 0n ? "-" : ""}${size / 1_000_000n}.${String(size % 1_000_000n).padStart(6, "0")}`;
}
