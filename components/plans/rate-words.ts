import type { Outputs } from "@/components/api/outputs";
import { moneyText, rateDecimals } from "@/components/billing/money-text";
import { dayText, timeText } from "@/components/ui/clock-text";
import { listText, numberFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

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
    rate.direction === "in" && t("incoming calls"),
    rate.destination !== "" && rate.destination,
    rate.week !== null && t("{week} only", { week: rate.week }),
    ...rate.steps.map(({ from, increment, perMinute }) =>
      t("from second {from} on {price} a minute, in steps of {increment} s", {
        from,
        price: price(perMinute, currency),
        increment,
      }),
    ),
    rate.graceSeconds > 0 && t("free up to {seconds} s", { seconds: rate.graceSeconds }),
    rate.freeSeconds > 0 && t("first {seconds} s free", { seconds: rate.freeSeconds }),
    rate.minimumCharge > 0n && t("at least {sum} a call", { sum: moneyText(rate.minimumCharge, currency) }),
    rate.maxCharge !== null && mostText(moneyText(rate.maxCharge, currency), rate.beyond),
    rate.validFrom > now && t("from {moment}", { moment: at(rate.validFrom) }),
    rate.validTo !== null && t("until {moment}", { moment: at(rate.validTo) }),
  ];
  return words.filter((word) => word !== false);
}

const mostText = (sum: string, beyond: RateWords["beyond"]): string =>
  beyond === "free" ? t("at most {sum} a call, then free", { sum }) : t("at most {sum} a call, then cut", { sum });

/** How the prices of a markup come about, in one sentence. */
export function markupText(markup: NonNullable<Plan["markup"]>, currency: string, base: string | undefined): string {
  const added = [
    markup.perMinuteFee > 0n && t("{sum} a minute", { sum: price(markup.perMinuteFee, currency) }),
    markup.callFee > 0n && t("{sum} a call", { sum: moneyText(markup.callFee, currency) }),
  ].filter((fee) => fee !== false);
  const fees = listText(added);
  const plan = base ?? t("the plan you buy by");
  const factor = numberFormat({ maximumFractionDigits: 6 }).format(markup.factorPpm / 1_000_000);
  const floor = price(markup.floorPerMinute, currency);
  if (markup.floorPerMinute > 0n) {
    return added.length > 0
      ? t("What {plan} asks, times {factor}, plus {fees}, and never below {floor} a minute.", {
          plan,
          factor,
          fees,
          floor,
        })
      : t("What {plan} asks, times {factor}, and never below {floor} a minute.", { plan, factor, floor });
  }
  return added.length > 0
    ? t("What {plan} asks, times {factor}, plus {fees}.", { plan, factor, fees })
    : t("What {plan} asks, times {factor}.", { plan, factor });
}
