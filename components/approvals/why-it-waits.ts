import type { PendingTopUp } from "@/components/api/outputs";
import { moneyText } from "@/components/billing/money-text";
import { t } from "@/server/kernel/words";

type Asked = Pick<PendingTopUp, "byReceiver" | "postedAloneMicros" | "currency" | "askedByName">;

/** Why a top-up of the operator was not posted at once. What the command line posted counts for everybody, so it is named too. */
export function whyItWaits({ byReceiver, postedAloneMicros, currency, askedByName: name }: Asked): string {
  if (byReceiver) return t("Its receiver asked for it.");
  if (postedAloneMicros === null)
    return t("By itself, or with what was posted in the 24 hours before, it is more than one person may post.");
  const posted = moneyText(postedAloneMicros, currency);
  return t(
    "With {posted} that {name} or the command line had posted alone in the 24 hours before, it is more than one person may post.",
    { posted, name },
  );
}
