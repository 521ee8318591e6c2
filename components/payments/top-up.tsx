"use client";

import type { Payments } from "@/components/api/outputs";
import { AskByBank } from "@/components/payments/ask-by-bank";
import { PayByCard } from "@/components/payments/pay-by-card";
import { RedeemCode } from "@/components/payments/redeem-code";
import { Dialog } from "@/components/ui/dialog";
import { Tabs } from "@/components/ui/tabs";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  payments: Payments;
  onClose: () => void;
  /** The amount to begin with, where one was chosen already. */
  first?: string;
}>;

/** The ways in which credit comes: by card where a provider is set up, by a code that was bought, or from the seller. */
export function TopUp({ payments, onClose, first }: Props) {
  const ways = [
    { key: "card", label: t("By card"), content: <PayByCard first={first} onClose={onClose} payments={payments} /> },
    { key: "code", label: t("By voucher code"), content: <RedeemCode onClose={onClose} /> },
    { key: "bank", label: t("By bank"), content: <AskByBank onClose={onClose} /> },
  ];
  return (
    <Dialog onClose={onClose} title={t("Top up")}>
      <Tabs label={t("Way to top up")} tabs={payments.provider ? ways : ways.slice(1)} />
    </Dialog>
  );
}
