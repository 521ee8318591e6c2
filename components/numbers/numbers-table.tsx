"use client";

import type { NumberRow, Outputs } from "@/components/api/outputs";
import { IncomingPrice } from "@/components/numbers/incoming-price";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";

const numberColumn: Column<NumberRow> = {
  key: "number",
  header: "Number",
  fold: "lead",
  cell: (item) => (
    <RowLink className="figures font-medium whitespace-nowrap" id={item.number}>
      {item.formatted}
    </RowLink>
  ),
};

const ringsColumn: Column<NumberRow> = {
  key: "rings",
  header: "Rings at",
  fold: "second",
  grow: true,
  cell: ({ extension }) =>
    extension ? (
      <span className="flex gap-2 whitespace-nowrap">
        <span className="figures">{extension.number}</span>
        <span className="max-w-48 truncate text-ink-2">{extension.name}</span>
      </span>
    ) : (
      <span className="text-warn">nowhere yet</span>
    ),
};

const holderColumn: Column<NumberRow> = {
  key: "holder",
  header: "Holder",
  fold: "second-end",
  cell: (item) =>
    item.own ? (
      <span className="text-ink-3">not given</span>
    ) : (
      <span className="block max-w-48 truncate">{item.holder.name}</span>
    ),
};

const priceColumn: Column<NumberRow> = {
  key: "price",
  header: "You pay a minute",
  numeric: true,
  fold: "lead-end",
  cell: (item) => <IncomingPrice price={item.price} short />,
};

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
    numberColumn,
    ringsColumn,
    ...(tenant.kind === "customer" ? [] : [holderColumn]),
    ...(tenant.kind === "operator" ? [] : [priceColumn]),
  ];
  return (
    <>
      <DataTable
        caption="Numbers"
        columns={columns}
        empty={
          filtered ? (
            <Empty action={<Button onClick={onClear}>Clear search</Button>} title="No number matches." />
          ) : (
            <NoNumbers />
          )
        }
        openKey={openId}
        rowKey={(item) => item.number}
        rows={data.items}
      />
      {(onNext || onFirst) && (
        <nav aria-label="Pages of numbers" className="flex items-center gap-2 py-3">
          <p className="figures mr-auto text-ink-3">{countText(data.items.length, "numbers")} on this page</p>
          {onFirst && <Button onClick={onFirst}>First</Button>}
          {onNext && <Button onClick={onNext}>Next</Button>}
        </nav>
      )}
    </>
  );
}

function NoNumbers() {
  const { tenant } = useScope();
  return (
    <Empty title="No number yet.">
      {tenant.kind === "operator"
        ? "Add the numbers that your carrier sends to you, then hand them to tenants below."
        : "A number is how people outside reach your telephones. Whoever sells to you can give you one."}
    </Empty>
  );
}
