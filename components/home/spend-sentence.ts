import { moneyText } from "@/components/billing/money-text";
import { dayKey, dayName, type SpendDay } from "@/components/home/spend-bars";
import { t } from "@/server/kernel/words";

/** What the chart of the last days shows: how much in all, when most, and how it stands to the cap. */
export function spendSentence(days: readonly SpendDay[], cap: bigint | null, currency: string): string {
  const total = days.reduce((sum, { costMicros }) => sum + costMicros, 0n);
  const most = days.reduce((largest, day) => (day.costMicros > largest.costMicros ? day : largest));
  const said = t("{total} in {days, plural, one {# day} other {# days}}, most on {day}: {most}.", {
    total: moneyText(total, currency),
    days: days.length,
    day: dayName(dayKey(most.day)),
    most: moneyText(most.costMicros, currency),
  });
  if (cap === null) return said;
  const reached = days.filter(({ costMicros }) => costMicros >= cap).length;
  const capped = t(
    "{reached, plural, =0 {The cap of {cap} a day was not reached.} one {The cap of {cap} a day was reached on # day.} other {The cap of {cap} a day was reached on # days.}}",
    { reached, cap: moneyText(cap, currency) },
  );
  return `${said} ${capped}`;
}
