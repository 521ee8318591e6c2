"use client";

import Link from "next/link";

import type { Shell } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";

const BalanceBar = later(() => import("@/components/billing/balance-bar").then((file) => file.BalanceBar));

/** The money that can still be spent, always in sight; behind it the three figures. */
export function BalancePill({ balance }: Readonly<{ balance: Shell["balance"] }>) {
  const scope = useScope();
  const empty = balance.availableMicros <= 0n;
  return (
    <Popover
      align="end"
      className="w-80"
      label="Balance"
      trigger={
        <>
          <span className="text-ink-3 max-sm:sr-only">Available</span>
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
        <div className="grid gap-3 p-3">
          <BalanceBar balance={balance} />
          <Link className={buttonClass("plain")} href={scope.hrefOf("balance")} onClick={close}>
            Open balance
          </Link>
        </div>
      )}
    </Popover>
  );
}
