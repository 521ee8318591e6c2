"use client";

import type { DisputeRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { PhoneNumber } from "@/components/calls/phone-number";
import { DisputeState } from "@/components/disputes/dispute-state";
import { reasonText } from "@/components/disputes/dispute-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  rows: readonly DisputeRow[];
  sold: boolean;
  filtered: boolean;
  openId: string | undefined;
  onClear: () => void;
}>;

/** Disputes, the newest first. */
export function DisputesTable({ rows, sold, filtered, openId, onClear }: Props) {
  const { timeZone, currency } = useScope();
  const decimals = columnDecimals(
    rows.flatMap((row) => [row.chargedMicros, row.creditedMicros]),
    rows[0]?.currency ?? currency,
  );
  return (
    <DataTable
      caption={t("Disputes")}
      columns={columnsIn({ zone: zoneText(timeZone), decimals, sold })}
      empty={
        filtered ? (
          <Empty
            action={<Button onClick={onClear}>{t("Clear the filter")}</Button>}
            title={t("No dispute like that.")}
          />
        ) : (
          <Empty title={sold ? t("Nobody disputes a charge.") : t("You have not disputed a charge.")}>
            {sold
              ? t("What a customer disputes from the panel of a call stands here, with what it saw.")
              : t("Open a call and press Dispute this charge: your provider gets the case with the receipt attached.")}
          </Empty>
        )
      }
      openKey={openId}
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

type Look = Readonly<{ zone: string; decimals: number; sold: boolean }>;

const columnsIn = ({ zone, decimals, sold }: Look): readonly Column<DisputeRow>[] => [
  {
    key: "number",
    header: t("Dispute"),
    fold: "lead",
    cell: (row) => (
      <RowLink className="figures font-medium" id={row.id}>
        {row.number}
      </RowLink>
    ),
  },
  { key: "opened", header: t("Opened, {zone}", { zone }), from: "lg", cell: (row) => <Moment at={row.openedAt} /> },
  ...(sold
    ? [{ key: "who", header: t("Customer"), fold: "second", cell: (row: DisputeRow) => row.buyerName } as const]
    : []),
  {
    key: "to",
    header: t("Call to"),
    named: true,
    fold: sold ? "hide" : "second",
    cell: (row) => <PhoneNumber formatted={row.toFormatted} />,
  },
  {
    key: "reason",
    header: t("Reason"),
    grow: "text",
    cell: (row) => <span className={row.reason ? "" : "text-ink-3"}>{reasonText(row.reason)}</span>,
  },
  {
    key: "charged",
    header: t("Charged"),
    numeric: true,
    fold: "lead-end",
    cell: (row) => <Money currency={row.currency} decimals={decimals} micros={row.chargedMicros} />,
  },
  {
    key: "credited",
    header: t("Credited"),
    numeric: true,
    cell: (row) =>
      row.creditedMicros > 0n ? (
        <Money className="text-ok" currency={row.currency} decimals={decimals} micros={row.creditedMicros} />
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
  { key: "state", header: t("State"), fold: "second-end", cell: (row) => <DisputeState state={row.state} /> },
];
