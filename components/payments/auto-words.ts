import { moneyText } from "@/components/billing/money-text";
import { t } from "@/server/kernel/words";

type Settings = Readonly<{ last4: string | null; thresholdMicros: bigint; amountMicros: bigint }>;
type Alert = Readonly<{ belowMicros: bigint | null; belowDays: number | null }>;

/** What is charged when, in one sentence. */
export const autoTopUpSentence = ({ last4, thresholdMicros, amountMicros }: Settings, currency: string): string =>
  last4 === null
    ? t("Below {threshold} available, {amount} is charged to a card that was removed.", {
        threshold: moneyText(thresholdMicros, currency),
        amount: moneyText(amountMicros, currency),
      })
    : t("Below {threshold} available, {amount} is charged to the card ending in {last4}.", {
        threshold: moneyText(thresholdMicros, currency),
        amount: moneyText(amountMicros, currency),
        last4,
      });

/** One of the levels at which the owners are told. */
export const alertLevelText = ({ belowMicros, belowDays }: Alert, currency: string): string =>
  belowDays === null
    ? t("When less than {money} is available.", { money: moneyText(belowMicros ?? 0n, currency) })
    : t("When it lasts less than {days, plural, one {one day} other {# days}} at this week's pace.", {
        days: belowDays,
      });

/** How long credit lasts at the pace of the last seven days; nothing where nothing was spent. */
export function runwayText(availableMicros: bigint, weekMicros: bigint): string | undefined {
  if (weekMicros <= 0n || availableMicros <= 0n) return undefined;
  const days = Number((availableMicros * 70n) / weekMicros) / 10;
  if (days > 365) return t("Lasts more than a year at this week's pace.");
  if (days < 1) return t("Lasts less than a day at this week's pace.");
  return t("Lasts about {days, plural, one {one day} other {# days}} at this week's pace.", { days: Math.floor(days) });
}
