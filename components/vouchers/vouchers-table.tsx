"use client";

import type { VoucherBatch } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { dayText, zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  rows: readonly VoucherBatch[];
  onVoid: ((batch: VoucherBatch) => void) | undefined;
  onApprove: (batch: VoucherBatch) => void;
}>;

/** One line per batch: what it is worth and how many of its codes went which way. */
export function VouchersTable({ rows, onVoid, onApprove }: Props) {
  const { timeZone, tenant } = useScope();
  const columns: readonly Column<VoucherBatch>[] = [
    {
      key: "at",
      header: t("Made, {zone}", { zone: zoneText(timeZone) }),
      fold: "second",
      cell: (row) => <Moment at={row.at} />,
    },
    { key: "what", header: t("Batch"), fold: "lead", grow: true, cell: (row) => <What row={row} /> },
    {
      key: "worth",
      header: t("Each"),
      numeric: true,
      fold: "lead-end",
      cell: (row) => <Money currency={row.currency} micros={row.amountMicros} />,
    },
    count("count", t("Codes"), (row) => row.count),
    usedColumn(),
    count("open", t("codes|Unused"), (row) => row.open),
    count("expired", t("codes|Expired"), (row) => row.expired, "lg"),
    count("void", t("codes|Void"), (row) => row.revoked, "lg"),
    { key: "expires", header: t("Good until"), from: "lg", cell: (row) => dayText(row.expiresAt, tenant.timeZone) },
    ...(onVoid
      ? [
          {
            key: "act",
            header: t("Actions"),
            fold: "below" as const,
            cell: (row: VoucherBatch) =>
              row.open > 0 && (
                <span className="flex justify-end gap-2">
                  {row.waits && !row.own && (
                    <Button className="min-h-7" look="quiet" onClick={() => onApprove(row)}>
                      {t("Approve…")}
                    </Button>
                  )}
                  <Button className="min-h-7" look="quiet" onClick={() => onVoid(row)}>
                    {t("Void…")}
                  </Button>
                </span>
              ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      caption={t("Batches of vouchers")}
      columns={columns}
      empty={
        <Empty title={t("No vouchers yet.")}>
          {t("A batch is made at once and its codes are shown once, as a file.")}
        </Empty>
      }
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

function What({ row: { prefix, note, count, waits, open } }: Readonly<{ row: VoucherBatch }>) {
  const codes = prefix ? "" : t("{count, plural, one {# code} other {# codes}}", { count });
  return (
    <>
      {prefix && <span className="pe-2 font-mono">{prefix}</span>}
      <span className={prefix ? "text-ink-2" : ""}>{note || codes}</span>
      {waits && open > 0 && <span className="block text-sm text-warn">{t("Waits for a second person")}</span>}
    </>
  );
}

const count = (key: string, header: string, of: (row: VoucherBatch) => number, from?: "lg"): Column<VoucherBatch> => ({
  key,
  header,
  numeric: true,
  cell: (row) => numberText(of(row)),
  ...(from ? { from } : {}),
});

const usedColumn = (): Column<VoucherBatch> => ({
  ...count("used", t("codes|Used"), (row) => row.used),
  fold: "second-end",
  named: false,
  cell: (row) => <Used row={row} />,
});

/** Folded to two lines the bare figure would say nothing. */
function Used({ row }: Readonly<{ row: VoucherBatch }>) {
  return (
    <>
      <span className="max-sm:hidden">{numberText(row.used)}</span>
      <span className="sm:hidden">{t("{used} of {count} used", { used: row.used, count: row.count })}</span>
    </>
  );
}
