"use client";

import type { NumberRow, Outputs } from "@/components/api/outputs";
import { PhoneNumber } from "@/components/calls/phone-number";
import { IncomingPrice } from "@/components/numbers/incoming-price";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";

import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { t } from "@/server/kernel/words";

const numberColumn = (): Column<NumberRow> => ({
  key: "number",
  header: t("Number"),
  fold: "lead",
  cell: (item) => (
    <RowLink className="font-medium" id={item.number}>
      <PhoneNumber formatted={item.formatted} />
    </RowLink>
  ),
});

const ringsColumn = (): Column<NumberRow> => ({
  key: "rings",
  header: t("Rings at"),
  fold: "second",
  grow: true,
  cell: ({ extension }) =>
    extension ? (
      <span className="flex gap-2 whitespace-nowrap">
        <span className="figures">{extension.number}</span>
        <span className="max-w-48 truncate text-ink-2">{extension.name}</span>
      </span>
    ) : (
      <span className="text-warn">{t("nowhere yet")}</span>
    ),
});

const holderColumn = (): Column<NumberRow> => ({
  key: "holder",
  header: t("Holder"),
  fold: "second-end",
  cell: (item) =>
    item.own ? (
      <span className="text-ink-3">{t("not given")}</span>
    ) : (
      <span className="block max-w-48 truncate">{item.holder.name}</span>
    ),
});

const priceColumn = (): Column<NumberRow> => ({
  key: "price",
  header: t("You pay a minute"),
  numeric: true,
  fold: "lead-end",
  cell: (item) => <IncomingPrice price={item.price} short />,
});

type Props = Readonly<{
  data: Outputs["numbers"]["list"];
  openId: string | undefined;
  filtered: boolean;
  onClear: () => void;
  onNext: (() => void) | undefined;
  onFirst: (() => void) | undefined;
}>;

export function NumbersTable({ data, openId, filtered, onClear, onNext, onFirst }: Props) {
  const { tenant } = useScope();
  const columns = [
    numberColumn(),
    ringsColumn(),
    ...(tenant.kind === "customer" ? [] : [holderColumn()]),
    ...(tenant.kind === "operator" ? [] : [priceColumn()]),
  ];
  return (
    <>
      <DataTable
        caption={t("Numbers")}
        columns={columns}
        empty={
          filtered ? (
            <Empty action={<Button onClick={onClear}>{t("Clear search")}</Button>} title={t("No number matches.")} />
          ) : (
            <NoNumbers />
          )
        }
        openKey={openId}
        rowKey={(item) => item.number}
        rows={data.items}
      />
      {(onNext || onFirst) && (
        <nav aria-label={t("Pages of numbers")} className="flex items-center gap-2 py-3">
          <p className="figures me-auto text-ink-3">
            {t("{count} on this page", {
              count: t("{numbers, plural, one {# number} other {# numbers}}", { numbers: data.items.length }),
            })}
          </p>
          {onFirst && <Button onClick={onFirst}>{t("First")}</Button>}
          {onNext && <Button onClick={onNext}>{t("Next")}</Button>}
        </nav>
      )}
    </>
  );
}

function NoNumbers() {
  const { tenant } = useScope();
  return (
    <Empty title={t("No number yet.")}>
      {tenant.kind === "operator"
        ? t("Add the numbers that your carrier sends to you, then hand them to tenants below.")
        : t("A number is how people outside reach your telephones. Whoever sells to you can give you one.")}
    </Empty>
  );
}
