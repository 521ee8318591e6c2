import type { Outputs } from "@/components/api/outputs";
import { moneyText, rateDecimals } from "@/components/billing/money-text";
import { dayText, timeText } from "@/components/ui/clock-text";

type Rate = Outputs["plans"]["rates"]["items"][number];
type Plan = Outputs["plans"]["list"]["items"][number];

export type RateWords = Pick<
  Rate,
  | "direction"
  | "destination"
  | "week"
  | "graceSeconds"
  | "freeSeconds"
  | "minimumCharge"
  | "maxCharge"
  | "beyond"
  | "steps"
  | "validFrom"
  | "validTo"
>;

const price = (micros: bigint, currency: string) => moneyText(micros, currency, { decimals: rateDecimals(micros) });

/** What a price has beyond its figures, a few words each; nothing for a plain one that holds for good. */
export function rateWords(rate: RateWords, currency: string, zone: string, now: Date = new Date()): readonly string[] {
  const at = (moment: Date) => `${dayText(moment, zone, now)} ${timeText(moment, zone).slice(0, 5)}`;
  const words: (string | false)[] = [
    rate.direction === "in" && "incoming calls",
    rate.destination !== "" && rate.destination,
    rate.week !== null && `${rate.week} only`,
    ...rate.steps.map(
      (step) =>
        `from second ${step.from} on ${price(step.perMinute, currency)} a minute, in steps of ${step.increment} s`,
    ),
    rate.graceSeconds > 0 && `free up to ${rate.graceSeconds} s`,
    rate.freeSeconds > 0 && `first ${rate.freeSeconds} s free`,
    rate.minimumCharge > 0n && `at least ${moneyText(rate.minimumCharge, currency)} a call`,
    rate.maxCharge !== null &&
      `at most ${moneyText(rate.maxCharge, currency)} a call, then ${rate.beyond === "free" ? "free" : "cut"}`,
    rate.validFrom > now && `from ${at(rate.validFrom)}`,
    rate.validTo !== null && `until ${at(rate.validTo)}`,
  ];
  return words.filter((word) => word !== false);
}

/** How the prices of a markup come about, in one sentence. */
export function markupText(markup: NonNullable<Plan["markup"]>, currency: string, base: string | undefined): string {
  const fees = [
    markup.perMinuteFee > 0n && `${price(markup.perMinuteFee, currency)} a minute`,
    markup.callFee > 0n && `${moneyText(markup.callFee, currency)} a call`,
  ].filter((fee) => fee !== false);
  const factor = `${markup.factorPpm / 1_000_000}`;
  const floor =
    markup.floorPerMinute > 0n ? `, and never below ${price(markup.floorPerMinute, currency)} a minute` : "";
  const plus = fees.length > 0 ? `, plus ${fees.join(" and ")}` : "";
  return `What ${base ?? "the plan you buy by"} asks, times ${factor}${plus}${floor}.`;
}
