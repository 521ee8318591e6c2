"use client";

import Link from "next/link";
import { Money } from "@/components/billing/money";
import type { EarningsData, EarningsPart } from "@/components/earnings/earnings-words";
import { useScope } from "@/components/shell/scope";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** Each customer with what it paid, what that cost, and what is left; what is lost is marked. */
export function CustomersTable({ data }: Readonly<{ data: EarningsData }>) {
  const { hrefOf } = useScope();
  const { currency } = data;
  const money = (micros: bigint, className = "") => <Money className={className} currency={currency} micros={micros} />;
  const columns: Column<EarningsPart>[] = [
    {
      key: "name",
      header: t("Customer"),
      fold: "lead",
      grow: true,
      cell: ({ slug, name }) =>
        slug ? (
          <Link
            className="block truncate font-medium underline-offset-2 hover:underline"
            href={`${hrefOf("tenants")}?open=${slug}`}
          >
            {name}
          </Link>
        ) : (
          <span className="text-ink-3">{name}</span>
        ),
    },
    { key: "calls", header: t("Calls"), numeric: true, cell: ({ calls }) => numberText(calls) },
    { key: "revenue", header: t("Paid you"), numeric: true, fold: "second", cell: (part) => money(part.revenueMicros) },
    { key: "cost", header: t("Cost you"), numeric: true, cell: (part) => money(part.costMicros) },
    {
      key: "earned",
      header: t("Earned"),
      numeric: true,
      fold: "lead-end",
      cell: (part) => money(part.earnedMicros, part.earnedMicros < 0n ? "font-medium text-bad" : "font-medium"),
    },
    {
      key: "before",
      header: data.goesOn ? t("Same days before") : t("Month before"),
      numeric: true,
      from: "lg",
      cell: (part) => money(part.beforeMicros, "text-ink-2"),
    },
  ];
  return (
    <DataTable
      caption={t("Earnings by customer")}
      columns={columns}
      empty={<Empty title={t("Nobody below you made a call.")} />}
      rowKey={({ slug, name }) => slug ?? name}
      rows={data.customers}
    />
  );
}
