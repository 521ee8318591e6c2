"use client";

import type { DisputeRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { DisputeState } from "@/components/disputes/dispute-state";
import { reasonText } from "@/components/disputes/dispute-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";

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
      caption="Disputes"
      columns={columnsIn({ zone: zoneText(timeZone), decimals, sold })}
      empty={
        filtered ? (
          <Empty action={<Button onClick={onClear}>Clear the filter</Button>} title="No dispute like that." />
        ) : (
          <Empty title={sold ? "Nobody disputes a charge." : "You have not disputed a charge."}>
            {sold
              ? "What a customer disputes from the panel of a call stands here, with what it saw."
              : "Open a call and press Dispute this charge: your provider gets the case with the receipt attached."}
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
    header: "Dispute",
    fold: "lead",
    cell: (row) => (
      <RowLink className="figures font-medium" id={row.id}>
        {row.number}
      </RowLink>
    ),
  },
  { key: "opened", header: `Opened, ${zone}`, from: "lg", cell: (row) => <Moment at={row.openedAt} /> },
  ...(sold
    ? [{ key: "who", header: "Customer", fold: "second", cell: (row: DisputeRow) => row.buyerName } as const]
    : []),
  {
    key: "to",
    header: "Call to",
    fold: sold ? "hide" : "second",
    cell: (row) => <span className="figures">{row.toFormatted}</span>,
  },
  {
    key: "reason",
    header: "Reason",
    grow: true,
    cell: (row) => <span className={row.reason ? "" : "text-ink-3"}>{reasonText(row.reason)}</span>,
  },
  {
    key: "charged",
    header: "Charged",
    numeric: true,
    fold: "lead-end",
    cell: (row) => <Money currency={row.currency} decimals={decimals} micros={row.chargedMicros} />,
  },
  {
    key: "credited",
    header: "Credited",
    numeric: true,
    cell: (row) =>
      row.creditedMicros > 0n ? (
        <Money className="text-ok" currency={row.currency} decimals={decimals} micros={row.creditedMicros} />
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
  { key: "state", header: "State", fold: "second-end", cell: (row) => <DisputeState state={row.state} /> },
];
