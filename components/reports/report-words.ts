import type { Outputs } from "@/components/api/outputs";
import { columnDecimals, moneyText } from "@/components/billing/money-text";
import type { Series } from "@/components/charts/chart-data";

export type ReportData = Outputs["reports"]["usage"];
export type Usage = ReportData["total"];

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const count = new Intl.NumberFormat("en");

export const countOf = (value: number): string => count.format(value);
/** What was paid by now: as charged, and what corrections moved. */
export const costOf = (usage: Usage): bigint => usage.costMicros + usage.correctedCostMicros;
export const revenueOf = (usage: Usage): bigint => usage.revenueMicros + usage.correctedRevenueMicros;
export const marginOf = (usage: Usage): bigint => revenueOf(usage) - costOf(usage);

/** Answered of those that were let out, from 0 to 1; null of none. */
export const asrOf = ({ calls, blocked, answered }: Usage): number | null =>
  calls - blocked > 0 ? answered / (calls - blocked) : null;
/** Average seconds of an answered call; null of none. */
export const acdOf = ({ answered, talkMs }: Usage): number | null => (answered > 0 ? talkMs / answered / 1_000 : null);

export const shareText = (share: number | null): string => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
export const minutesText = (ms: number): string =>
  ms < 6_000_000 ? (ms / 60_000).toFixed(1) : count.format(Math.round(ms / 60_000));
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
    return new Intl.DateTimeFormat("en-GB", parts).format(new Date(key));
  }
  const [year, month, day] = key.split("-").map(Number);
  const name = months[(month ?? 1) - 1] ?? "";
  return day === undefined ? `${name} ${year}` : `${day} ${name}`;
}

/** "12 % more than before", in words and with the share; nothing to compare with is said. */
export function changeText(now: number, before: number): string {
  if (before === 0) return now === 0 ? "as before" : "nothing before";
  const share = Math.round(((now - before) / Math.abs(before)) * 100);
  return share === 0 ? "as before" : `${Math.abs(share)} % ${share > 0 ? "more" : "less"} than before`;
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
