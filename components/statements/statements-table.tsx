"use client";

import type { ReactNode } from "react";

import type { StatementRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { exactDecimals } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { periodText } from "@/components/statements/period-text";
import { StatementActions } from "@/components/statements/statement-actions";
import { type Column, DataTable } from "@/components/ui/data-table";
import { t } from "@/server/kernel/words";

type MoneyName = "openingMicros" | "chargedMicros" | "taxMicros" | "otherMicros" | "closingMicros";
const moneyNames: readonly MoneyName[] = [
  "openingMicros",
  "chargedMicros",
  "taxMicros",
  "otherMicros",
  "closingMicros",
];

type Look = Readonly<{ currency: string | undefined; decimals: number | undefined; sold: boolean }>;

function columnsIn({ currency, decimals, sold }: Look): readonly Column<StatementRow>[] {
  // Wallets of several currencies in one list: then each amount names its own.
  const money = (name: MoneyName) => (row: StatementRow) => (
    <Money bare={currency !== undefined} currency={row.currency} decimals={decimals} micros={row[name]} />
  );
  const from = sold ? "xl" : "lg";
  const columns: (Column<StatementRow> | false)[] = [
    {
      key: "period",
      header: t("Period"),
      fold: "lead",
      cell: (row) => <span className="font-medium whitespace-nowrap">{periodText(row)}</span>,
    },
    sold && {
      key: "buyer",
      header: t("Customer"),
      grow: true,
      fold: "second-end",
      cell: (row) => (
        <span className="sm:block sm:truncate" title={row.buyerName}>
          {row.buyerName}
        </span>
      ),
    },
    {
      key: "number",
      header: t("statement|Number"),
      fold: "second",
      named: true,
      cell: (row) => <span className="figures whitespace-nowrap text-ink-2">{row.number}</span>,
    },
    { key: "opening", header: t("Opening"), numeric: true, from, cell: money("openingMicros") },
    { key: "charged", header: t("Calls"), numeric: true, cell: money("chargedMicros") },
    { key: "tax", header: t("Tax"), numeric: true, from, cell: money("taxMicros") },
    { key: "other", header: t("Other"), numeric: true, from, cell: money("otherMicros") },
    {
      key: "closing",
      header: currency ? t("Closing, {currency}", { currency }) : t("Closing"),
      numeric: true,
      fold: "lead-end",
      cell: money("closingMicros"),
    },
    { key: "act", header: t("Files"), fold: "below", cell: (row) => <StatementActions row={row} /> },
  ];
  return columns.filter((column) => column !== false);
}

type Props = Readonly<{ rows: readonly StatementRow[]; sold: boolean; empty: ReactNode }>;

/** Statements, the latest period first. Signed as in the wallet, so a line adds up from left to right. */
export function StatementsTable({ rows, sold, empty }: Props) {
  const { currency: own } = useScope();
  const currency = rows[0]?.currency ?? own;
  const isOne = rows.every((row) => row.currency === currency);
  const amounts = rows.flatMap((row) => moneyNames.map((name) => row[name]));
  const look = isOne
    ? { currency, decimals: exactDecimals(amounts, currency) }
    : { currency: undefined, decimals: undefined };
  return (
    <DataTable
      caption={t("Statements")}
      columns={columnsIn({ ...look, sold })}
      empty={empty}
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}
