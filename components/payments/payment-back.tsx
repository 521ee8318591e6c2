"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

const AGAIN_MS = 4_000;

/** Back from the provider's page: the state of that payment, until the provider has told how it ended and after. */
export function PaymentBack({ paymentId, onClose }: Readonly<{ paymentId: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const { data } = useQuery(
    useTRPC().payments.get.queryOptions(
      { tenantSlug, paymentId },
      {
        retry: false,
        // The stream tells of the end; asking as well costs little and does not depend on it.
        refetchInterval: (query) => (query.state.data?.state === "pending" ? AGAIN_MS : false),
      },
    ),
  );
  if (!data) return null;
  const sum = moneyText(data.amountMicros, data.currency);
  const close = (
    <Button className="min-h-7" look="quiet" onClick={onClose}>
      {t("Close")}
    </Button>
  );
  if (data.state === "pending") {
    return (
      <Notice action={close} live title={t("Your payment of {sum} is on its way.", { sum })} tone="info">
        {t("It is added as soon as the payment provider confirms it. This line changes by itself.")}
      </Notice>
    );
  }
  if (data.state === "failed") {
    return (
      <Notice action={close} live title={t("Your payment of {sum} did not go through.", { sum })} tone="bad">
        {data.failure || t("The payment provider declined it.")} {t("Nothing was charged; you can try again.")}
      </Notice>
    );
  }
  return (
    <Notice action={close} live title={t("{sum} paid and added to your balance.", { sum })} tone="ok">
      {t("It stands in the ledger and among the payments.")}
    </Notice>
  );
}
