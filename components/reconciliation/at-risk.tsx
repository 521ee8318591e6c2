import { Money } from "@/components/billing/money";
import { CURRENCY_NOT_KNOWN } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

/** What is at risk. A difference of which nobody knows a price says so instead of naming nothing as an amount. */
export function AtRisk({ micros, currency }: Readonly<{ micros: bigint; currency: string }>) {
  if (currency === CURRENCY_NOT_KNOWN) return <span className="text-ink-3">{t("not known")}</span>;
  return <Money currency={currency} micros={micros} />;
}
