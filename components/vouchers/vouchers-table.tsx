"use client";

import type { VoucherBatch } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { dayText, zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";

type Props = Readonly<{
  rows: readonly VoucherBatch[];
  onVoid: ((batch: VoucherBatch) => void) | undefined;
}>;

/** One line per batch: what it is worth and how many of its codes went which way. */
export function VouchersTable({ rows, onVoid }: Props) {
  const { timeZone, tenant } = useScope();
  const columns: readonly Column<VoucherBatch>[] = [
    { key: "at", header: `Made, ${zoneText(timeZone)}`, fold: "second", cell: (row) => <Moment at={row.at} /> },
    {
      key: "what",
      header: "Batch",
      fold: "lead",
      grow: true,
      cell: (row) => (
        <>
          {row.prefix && <span className="pr-2 font-mono">{row.prefix}</span>}
          <span className={row.prefix ? "text-ink-2" : ""}>{row.note || (row.prefix ? "" : `${row.count} codes`)}</span>
        </>
      ),
    },
    {
      key: "worth",
      header: "Each",
      numeric: true,
      fold: "lead-end",
      cell: (row) => <Money currency={row.currency} micros={row.amountMicros} />,
    },
    count("count", "Codes", (row) => row.count),
    { ...count("used", "Used", (row) => row.used), fold: "second-end", cell: (row) => <Used row={row} /> },
    count("open", "Unused", (row) => row.open),
    count("expired", "Expired", (row) => row.expired, "lg"),
    count("void", "Void", (row) => row.revoked, "lg"),
    { key: "expires", header: "Good until", from: "lg", cell: (row) => dayText(row.expiresAt, tenant.timeZone) },
    ...(onVoid
      ? [
          {
            key: "act",
            header: "Actions",
            fold: "below" as const,
            cell: (row: VoucherBatch) =>
              row.open > 0 && (
                <Button className="min-h-7" look="quiet" onClick={() => onVoid(row)}>
                  Void…
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      caption="Batches of vouchers"
      columns={columns}
      empty={<Empty title="No vouchers yet.">A batch is made at once and its codes are shown once, as a file.</Empty>}
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

const count = (key: string, header: string, of: (row: VoucherBatch) => number, from?: "lg"): Column<VoucherBatch> => ({
  key,
  header,
  numeric: true,
  cell: (row) => of(row),
  ...(from ? { from } : {}),
});

/** Folded to two lines the bare figure would say nothing. */
function Used({ row }: Readonly<{ row: VoucherBatch }>) {
  return (
    <>
      {row.used}
      <span className="sm:hidden"> of {row.count} used</span>
    </>
  );
}
