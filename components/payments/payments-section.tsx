"use client";

import { useState } from "react";

import type { PaymentRow, Payments } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { paymentWords, purposeWords, reversalWords } from "@/components/payments/payment-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { cx } from "@/components/ui/cx";
import { type Column, DataTable } from "@/components/ui/data-table";
import { later } from "@/components/ui/later";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

const RefundPayment = later(() => import("@/components/payments/refund-payment").then((file) => file.RefundPayment));

const inks = { ok: "text-ok", bad: "text-bad", warn: "text-warn", info: "text-info" } as const;

/** The last payments by card with what became of each. Nothing where nobody ever paid by card. */
export function PaymentsSection({ payments }: Readonly<{ payments: Payments }>) {
  const { can, timeZone } = useScope();
  const [refunding, setRefunding] = useState<PaymentRow>();
  if (payments.items.length === 0) return null;
  const refundable = payments.refundable && can("billing.write");
  return (
    <Section level={2} title={t("Payments")}>
      <DataTable
        caption={t("Payments")}
        columns={columnsIn(zoneText(timeZone), refundable ? setRefunding : undefined)}
        empty={null}
        rowKey={(row) => row.id}
        rows={payments.items}
      />
      {refunding && <RefundPayment onClose={() => setRefunding(undefined)} payment={refunding} />}
    </Section>
  );
}

const columnsIn = (zone: string, refund: ((row: PaymentRow) => void) | undefined): readonly Column<PaymentRow>[] => [
  { key: "time", header: t("Time, {zone}", { zone }), fold: "second", cell: (row) => <Moment at={row.at} /> },
  { key: "state", header: t("State"), fold: "lead", cell: (row) => <State row={row} /> },
  { key: "what", header: t("What"), grow: true, cell: (row) => <What row={row} /> },
  {
    key: "amount",
    header: t("Amount"),
    numeric: true,
    fold: "lead-end",
    cell: (row) => <Money currency={row.currency} micros={row.amountMicros} />,
  },
  ...(refund
    ? [
        {
          key: "refund",
          header: t("Actions"),
          fold: "second-end" as const,
          cell: (row: PaymentRow) =>
            row.leftMicros > 0n &&
            row.state !== "disputed" && (
              <Button className="min-h-7" look="quiet" onClick={() => refund(row)}>
                {t("Refund…")}
              </Button>
            ),
        },
      ]
    : []),
];

function State({ row }: Readonly<{ row: PaymentRow }>) {
  const { word, tone } = paymentWords(row.state);
  return <span className={cx("font-medium whitespace-nowrap", tone && inks[tone])}>{word}</span>;
}

function What({ row }: Readonly<{ row: PaymentRow }>) {
  const notes = [
    row.failure,
    ...row.reversals.map((one) => [reversalWords(one), one.note].filter(Boolean).join(": ")),
  ].filter(Boolean);
  const text = [purposeWords(row.purpose), row.provider === "test" && t("test"), ...notes].filter(Boolean).join(" · ");
  return <span title={text}>{text}</span>;
}
