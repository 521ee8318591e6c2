import { moneyText, rateDecimals } from "@/components/billing/money-text";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type CapName = "dailyCap" | "monthlyCap" | "callCap" | "maxPerMinute";
export type CountName = "maxCalls" | "maxCallsPerMinute" | "maxCallsPerSecond";
export type FieldName = CapName | CountName;

export const capNames = ["dailyCap", "monthlyCap", "callCap", "maxPerMinute"] as const;

export const labels: Readonly<Record<FieldName, Message>> = {
  dailyCap: msg("Cap per day"),
  monthlyCap: msg("Cap per month"),
  callCap: msg("Cap per call"),
  maxPerMinute: msg("Highest price per minute"),
  maxCalls: msg("Calls at once"),
  maxCallsPerMinute: msg("Calls begun per minute"),
  maxCallsPerSecond: msg("Calls begun per second"),
};

const most: Readonly<Record<CapName, Message>> = {
  dailyCap: msg("The most on one day was {amount} in the last 30 days."),
  monthlyCap: msg("The most in one month was {amount} in the last 30 days."),
  callCap: msg("The dearest call cost {amount} in the last 30 days."),
  maxPerMinute: msg("The dearest minute cost {amount} in the last 30 days."),
};

/** What a cap would have done in the last 30 days, in one sentence; without a cap what there was at most. */
export function previewSentence(
  name: CapName,
  stopped: Readonly<{ days: number; calls: number }> | null,
  mostMicros: bigint,
  currency: string,
): string {
  if (stopped && stopped.calls > 0) {
    return t(
      "On {days, plural, one {# day} other {# days}} of the last 30 this would have stopped {calls, plural, one {# call} other {# calls}}.",
      { days: stopped.days, calls: stopped.calls },
    );
  }
  if (stopped) return t("In the last 30 days this would have stopped nothing.");
  if (mostMicros === 0n) return t("Nothing was charged in the last 30 days.");
  const amount = moneyText(mostMicros, currency, name === "maxPerMinute" ? { decimals: rateDecimals(mostMicros) } : {});
  return say(most[name], { amount });
}

/** The bound that somebody above set, in one sentence. */
export const boundSentence = (text: string): string => t("At most {bound}, set by your provider.", { bound: text });

/** An amount as it stands in a field: exact, without grouping or needless zeros. */
export function fieldText(micros: bigint | null): string {
  if (micros === null) return "";
  const text = `${micros / 1_000_000n}.${(micros % 1_000_000n).toString().padStart(6, "0")}`;
  return text.replace(/(\.\d{2}\d*?)0+$/, "$1");
}

/** What is counted. */
export const countHints: Readonly<Record<CountName, Message>> = {
  maxCalls: msg("Those that ring count. For a call that comes in, all calls count."),
  maxCallsPerMinute: msg("Refused ones do not count."),
  maxCallsPerSecond: msg("Refused ones do not count. Empty: no limit."),
};
