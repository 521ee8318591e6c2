import type { Payments } from "@/components/api/outputs";
import { moneyText } from "@/components/billing/money-text";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

/** What reversed payments left open: whatever comes goes there first, so that nothing is left for calls until it is paid. */
export function Debt({ payments }: Readonly<{ payments: Payments }>) {
  return (
    <Notice
      title={t("{sum} is owed for payments taken back.", { sum: moneyText(payments.debtMicros, payments.currency) })}
      tone="bad"
    >
      {t(
        "The card's owner or the provider took the money back after it was spent. The next credit pays this first; calls go on after that.",
      )}
    </Notice>
  );
}
