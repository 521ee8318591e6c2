"use client";

import type { ExtensionRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { deviceText } from "@/components/extensions/device-text";
import { SipStatus } from "@/components/extensions/sip-status";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { ascending, type Sorted } from "@/components/ui/sorted";
import { Tick } from "@/components/ui/tick";
import type { Live } from "@/components/ui/use-held-rows";
import { t } from "@/server/kernel/words";

const dash = <span className="text-ink-3">–</span>;

const phoneColumns = (): readonly Column<ExtensionRow>[] => [
  {
    key: "number",
    sort: ascending("number"),
    header: t("Number"),
    fold: "lead",
    cell: (item) => (
      <RowLink className="figures font-medium" id={item.id}>
        {item.number}
        <span className="ps-2 sm:hidden">{item.displayName}</span>
      </RowLink>
    ),
  },
  {
    key: "name",
    sort: ascending("name"),
    header: t("Name"),
    cell: ({ displayName }) => (
      <bdi className="block max-w-60 truncate" title={displayName}>
        {displayName}
      </bdi>
    ),
  },
  { key: "status", header: t("Status"), fold: "second", grow: true, cell: (item) => <SipStatus extension={item} /> },
  {
    key: "device",
    header: t("Device"),
    from: "lg",
    cell: (item) =>
      item.registration ? (
        <span className="whitespace-nowrap" title={item.registration.userAgent ?? undefined}>
          {deviceText(item.registration.userAgent)}
        </span>
      ) : (
        dash
      ),
  },
  {
    key: "address",
    header: t("Address"),
    from: "xl",
    cell: (item) =>
      item.registration ? <code className="text-xs whitespace-nowrap">{item.registration.address}</code> : dash,
  },
  {
    key: "seen",
    header: t("Last seen"),
    from: "xl",
    cell: (item) => (item.lastSeenAt ? <Moment at={item.lastSeenAt} /> : dash),
  },
];

const todayColumns = (currency: string, decimals: number): readonly Column<ExtensionRow>[] => [
  {
    key: "calls",
    header: t("Calls today"),
    numeric: true,
    fold: "second-end",
    cell: (item) => item.callsToday,
  },
  {
    key: "cost",
    header: t("Cost today, {currency}", { currency }),
    numeric: true,
    fold: "lead-end",
    className: "whitespace-nowrap",
    cell: (item) => <Money bare currency={currency} decimals={decimals} micros={item.costTodayMicros} />,
  },
];

type Choose = (chosen: ReadonlySet<string>) => void;

const chooseColumn = (chosen: ReadonlySet<string>, onChoose: Choose, all: readonly string[]): Column<ExtensionRow> => ({
  key: "choose",
  header: (
    <Tick
      checked={all.length > 0 && all.every((id) => chosen.has(id))}
      label={t("Choose all extensions shown")}
      onChange={(on) => onChoose(new Set(on ? [...chosen, ...all] : [...chosen].filter((id) => !all.includes(id))))}
    />
  ),
  cell: ({ id, number }) => (
    <Tick
      checked={chosen.has(id)}
      label={t("Choose {number}", { number })}
      onChange={(on) => onChoose(new Set(on ? [...chosen, id] : [...chosen].filter((other) => other !== id)))}
    />
  ),
});

type Props = Readonly<{
  rows: readonly ExtensionRow[];
  live: Live;
  sorted: Sorted;
  openId: string | undefined;
  onClear: () => void;
  /** The ids of those that are chosen; undefined where nobody may change any. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: Choose;
}>;

export function ExtensionsTable({ rows, live, sorted, openId, onClear, chosen, onChoose }: Props) {
  const { currency } = useScope();
  const decimals = columnDecimals(
    rows.map((item) => item.costTodayMicros),
    currency,
  );
  return (
    <DataTable
      caption={t("Extensions")}
      columns={[
        ...(chosen
          ? [
              chooseColumn(
                chosen,
                onChoose,
                rows.map(({ id }) => id),
              ),
            ]
          : []),
        ...phoneColumns(),
        ...todayColumns(currency, decimals),
      ]}
      empty={
        <Empty action={<Button onClick={onClear}>{t("Clear search")}</Button>} title={t("No extension matches.")} />
      }
      live={live}
      openKey={openId}
      list="extensions"
      rowKey={(item) => item.id}
      rows={rows}
      sorted={sorted}
    />
  );
}
