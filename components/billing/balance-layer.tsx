"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { Payments, Shell } from "@/components/api/outputs";
import { BalanceBar } from "@/components/billing/balance-bar";
import { moneyText } from "@/components/billing/money-text";
import { runwayText } from "@/components/payments/auto-words";
import { PRESETS } from "@/components/payments/payment-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  balance: Shell["balance"];
  /** Somebody chose an amount to pay. */
  onPay: (amount: string, payments: Payments) => void;
  onGo: () => void;
}>;

/** Behind the pill: the three figures, how long they last, and the amounts that people top up by. */
export function BalanceLayer({ balance, onPay, onGo }: Props) {
  const { tenantSlug, currency, ownSeat, can, hrefOf } = useScope();
  const trpc = useTRPC();
  const { data: week } = useQuery(trpc.billing.balance.queryOptions({ tenantSlug }));
  const mayPay = ownSeat && can("billing.write");
  const { data: payments } = useQuery(trpc.payments.list.queryOptions({ tenantSlug }, { enabled: mayPay }));
  const runway = week && runwayText(balance.availableMicros, week.spentWeekMicros);
  return (
    <div className="grid gap-3 p-3">
      <BalanceBar balance={balance} />
      {runway && <p className="text-ink-2">{runway}</p>}
      {mayPay && payments?.provider && (
        <fieldset className="grid gap-1.5">
          <legend className="pb-1 text-xs font-medium text-ink-3">{t("Top up by card")}</legend>
          <div className="grid grid-cols-4 gap-1.5">
            {PRESETS.map((amount) => (
              <Button className="px-1!" key={amount} onClick={() => onPay(amount, payments)}>
                {moneyText(BigInt(amount) * 1_000_000n, currency, { decimals: 0 })}
              </Button>
            ))}
          </div>
        </fieldset>
      )}
      <Link className={buttonClass("plain")} href={hrefOf("balance")} onClick={onGo}>
        {t("Open balance")}
      </Link>
    </div>
  );
}
