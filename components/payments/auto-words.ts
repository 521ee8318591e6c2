import { moneyText } from "@/components/billing/money-text";

type Settings = Readonly<{ last4: string | null; thresholdMicros: bigint; amountMicros: bigint }>;
type Alert = Readonly<{ belowMicros: bigint | null; belowDays: number | null }>;

/** What is charged when, in one sentence. */
export const autoTopUpSentence = ({ last4, thresholdMicros, amountMicros }: Settings, currency: string): string =>
  `Below ${moneyText(thresholdMicros, currency)} available, ${moneyText(amountMicros, currency)} is charged to ${
    last4 === null ? "a card that was removed" : `the card ending in ${last4}`
  }.`;

/** When the owners are told, in one sentence. */
export function alertSentence({ belowMicros, belowDays }: Alert, currency: string): string {
  const ways = [
    belowMicros !== null && `less than ${moneyText(belowMicros, currency)} is available`,
    belowDays !== null && `it lasts less than ${belowDays === 1 ? "one day" : `${belowDays} days`} at this week's pace`,
  ].filter((way) => way !== false);
  return `The owners get a mail when ${ways.join(", or when ")}.`;
}

/** How long credit lasts at the pace of the last seven days; nothing where nothing was spent. */
export function runwayText(availableMicros: bigint, weekMicros: bigint): string | undefined {
  if (weekMicros <= 0n || availableMicros <= 0n) return undefined;
  const days = Number((availableMicros * 70n) / weekMicros) / 10;
  if (days > 365) return "Lasts more than a year at this week's pace.";
  if (days < 1) return "Lasts less than a day at this week's pace.";
  const whole = Math.floor(days);
  return `Lasts about ${whole === 1 ? "one day" : `${whole} days`} at this week's pace.`;
}
