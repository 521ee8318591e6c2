import { moneyText, rateDecimals } from "@/components/billing/money-text";

export type CapName = "dailyCap" | "monthlyCap" | "callCap" | "maxPerMinute";
export type CountName = "maxCalls" | "maxCallsPerMinute";
export type FieldName = CapName | CountName;

export const capNames = ["dailyCap", "monthlyCap", "callCap", "maxPerMinute"] as const;

export const labels: Readonly<Record<FieldName, string>> = {
  dailyCap: "Cap per day",
  monthlyCap: "Cap per month",
  callCap: "Cap per call",
  maxPerMinute: "Highest price per minute",
  maxCalls: "Calls at once",
  maxCallsPerMinute: "Calls begun per minute",
};

const most: Readonly<Record<CapName, string>> = {
  dailyCap: "The most on one day was",
  monthlyCap: "The most in one month was",
  callCap: "The dearest call cost",
  maxPerMinute: "The dearest minute cost",
};

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** What a cap would have done in the last 30 days, in one sentence; without a cap what there was at most. */
export function previewSentence(
  name: CapName,
  stopped: Readonly<{ days: number; calls: number }> | null,
  mostMicros: bigint,
  currency: string,
): string {
  if (stopped && stopped.calls > 0) {
    const days = counted(stopped.days, "day", "days");
    const calls = counted(stopped.calls, "call", "calls");
    return `On ${days} of the last 30 this would have stopped ${calls}.`;
  }
  if (stopped) return "In the last 30 days this would have stopped nothing.";
  if (mostMicros === 0n) return "Nothing was charged in the last 30 days.";
  const text = moneyText(mostMicros, currency, name === "maxPerMinute" ? { decimals: rateDecimals(mostMicros) } : {});
  return `${most[name]} ${text} in the last 30 days.`;
}

/** The bound that somebody above set, in one sentence. */
export const boundSentence = (text: string): string => `At most ${text}, set by your provider.`;

/** An amount as it stands in a field: exact, without grouping or needless zeros. */
export function fieldText(micros: bigint | null): string {
  if (micros === null) return "";
  const text = `${micros / 1_000_000n}.${(micros % 1_000_000n).toString().padStart(6, "0")}`;
  return text.replace(/(\.\d{2}\d*?)0+$/, "$1");
}

/** What is counted. */
export const countHints: Readonly<Record<CountName, string>> = {
  maxCalls: "Those that ring count. For a call that comes in, all calls count.",
  maxCallsPerMinute: "Refused ones do not count.",
};
