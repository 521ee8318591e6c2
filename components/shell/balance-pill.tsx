"use client";

import { useState } from "react";

import type { Payments, Shell } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

const BalanceLayer = later(() => import("@/components/billing/balance-layer").then((file) => file.BalanceLayer));
const TopUp = later(() => import("@/components/payments/top-up").then((file) => file.TopUp));

/** The money that can still be spent, always in sight; behind it how long it lasts, and the way to more in two presses. */
export function BalancePill({ balance }: Readonly<{ balance: Shell["balance"] }>) {
  const [paying, setPaying] = useState<Readonly<{ amount: string; payments: Payments }>>();
  const empty = balance.availableMicros <= 0n;
  return (
    <>
      <Popover
        align="end"
        className="w-80"
        label={t("Balance")}
        trigger={
          <>
            <span className="text-ink-3 max-sm:sr-only">{t("Available")}</span>
            <Money
              className={empty ? "font-medium text-bad" : "font-medium"}
              currency={balance.currency}
              micros={balance.availableMicros}
            />
          </>
        }
        triggerClass="inline-flex min-h-8 items-center gap-2 rounded-md border border-outline bg-surface px-2.5 hover:bg-sunken"
      >
        {(close) => (
          <BalanceLayer
            balance={balance}
            onGo={close}
            onPay={(amount, payments) => {
              close();
              setPaying({ amount, payments });
            }}
          />
        )}
      </Popover>
      {paying && <TopUp first={paying.amount} onClose={() => setPaying(undefined)} payments={paying.payments} />}
    </>
  );
}
