"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { ratesDecimals } from "@/components/billing/money-text";
import {
  type ChangeKind,
  countText,
  type Deck,
  type DeckChange,
  kinds,
  kindWords,
  marginText,
  percentText,
} from "@/components/decks/deck-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { type Column, DataTable } from "@/components/ui/data-table";
import { SearchBox } from "@/components/ui/search-box";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { say, t } from "@/server/kernel/words";

const SHOWN = 100;
type Filter = Readonly<{ kind: ChangeKind | undefined; prefix: string; belowFloor: boolean }>;

/** Old and new price of every prefix, by what happens to it. */
export function DeckChanges({ deck }: Readonly<{ deck: Deck }>) {
  const { tenantSlug } = useScope();
  const [filter, setFilter] = useState<Filter>({ kind: undefined, prefix: "", belowFloor: false });
  /** Where the pages before this one began, the present one last. */
  const [pages, setPages] = useState<readonly number[]>([0]);
  const { kind, prefix, belowFloor } = filter;
  const query = useQuery(
    useTRPC().decks.changes.queryOptions(
      {
        tenantSlug,
        deckId: deck.id,
        shown: SHOWN,
        cursor: pages.at(-1) ?? 0,
        ...(kind ? { kinds: [kind] } : {}),
        ...(prefix ? { prefix } : {}),
        ...(belowFloor ? { belowFloor } : {}),
      },
      { placeholderData: keepPreviousData },
    ),
  );
  const change = useCallback((next: Partial<Filter>) => {
    setFilter((now) => ({ ...now, ...next }));
    setPages([0]);
  }, []);
  const find = useCallback(
    (text: string) => change({ prefix: text.replaceAll(/\D/g, "").replace(/^0+/, "").slice(0, 15) }),
    [change],
  );
  return (
    <Section level={2} title={deck.appliedAt ? t("What it did") : t("What it would do")}>
      <Filters counts={deck.counts} filter={filter} onChange={change} />
      <SearchBox className="max-w-60" label={t("Prefix, such as 4420")} onValue={find} value={prefix} />
      <QueryView query={query}>
        {(data) => (
          <>
            <DataTable
              caption={t("Prices")}
              columns={columnsOf(deck, data.items)}
              empty={<p className="border-y py-3 text-ink-2">{t("No price of that kind.")}</p>}
              rowKey={({ n }) => String(n)}
              rows={data.items}
            />
            <Steps next={data.nextCursor} onPages={setPages} pages={pages} />
          </>
        )}
      </QueryView>
    </Section>
  );
}

type StepsProps = Readonly<{
  pages: readonly number[];
  next: number | null;
  onPages: (pages: readonly number[]) => void;
}>;

function Steps({ pages, next, onPages }: StepsProps) {
  if (pages.length === 1 && next === null) return null;
  return (
    <nav aria-label={t("Pages of prices")} className="flex justify-end gap-2 py-2">
      {pages.length > 1 && <Button onClick={() => onPages(pages.slice(0, -1))}>{t("Back")}</Button>}
      {next !== null && <Button onClick={() => onPages([...pages, next])}>{t("pages|On")}</Button>}
    </nav>
  );
}

type FiltersProps = Readonly<{ counts: Deck["counts"]; filter: Filter; onChange: (next: Partial<Filter>) => void }>;

function Filters({ counts, filter, onChange }: FiltersProps) {
  const all = counts ? kinds.filter((kind) => kind !== "same").reduce((sum, kind) => sum + counts[kind], 0) : 0;
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">{t("Which prices")}</legend>
      <Chip
        on={filter.kind === undefined && !filter.belowFloor}
        onClick={() => onChange({ kind: undefined, belowFloor: false })}
      >
        {t("All changes {count}", { count: all })}
      </Chip>
      {kinds.map((kind) => (
        <Chip key={kind} on={filter.kind === kind} onClick={() => onChange({ kind })}>
          <span aria-hidden="true">{kindWords[kind].sign}</span> {say(kindWords[kind].word)}{" "}
          {countText(counts?.[kind] ?? 0)}
        </Chip>
      ))}
      <Chip on={filter.belowFloor} onClick={() => onChange({ belowFloor: !filter.belowFloor })}>
        {t("Below margin")}
      </Chip>
    </fieldset>
  );
}

function Chip({ on, onClick, children }: Readonly<{ on: boolean; onClick: () => void; children: ReactNode }>) {
  return (
    <button
      aria-pressed={on}
      className={cx(
        "figures min-h-7 rounded-md border px-2",
        on ? "border-accent bg-accent-soft text-ink" : "text-ink-2 hover:bg-sunken hover:text-ink",
      )}
      onClick={onClick}
      type="button"
    >
      {children}
    </button>
  );
}

const prefixColumns = (): readonly Column<DeckChange>[] => [
  {
    key: "prefix",
    header: t("Prefix"),
    fold: "lead",
    cell: (row) => (
      <>
        <bdi className="font-mono" dir="ltr">
          {row.prefix}
        </bdi>
        {row.direction === "in" && <span className="text-ink-3"> {t("incoming")}</span>}
      </>
    ),
  },
  { key: "name", header: t("Destination"), fold: "second", grow: "text", cell: (row) => row.destination || "–" },
  {
    key: "kind",
    header: t("deck|Does"),
    fold: "lead-end",
    cell: ({ kind }) => (
      <span className={kind === "same" ? "text-ink-3" : ""}>
        <span aria-hidden="true">{kindWords[kind].sign}</span> {say(kindWords[kind].word)}
      </span>
    ),
  },
];

function columnsOf({ currency }: Deck, rows: readonly DeckChange[]): readonly Column<DeckChange>[] {
  const decimals = ratesDecimals(rows.flatMap((row) => [row.oldPerMinute ?? 0n, row.newPerMinute ?? 0n]));
  const price = (micros: bigint | null) =>
    micros === null ? "–" : <Money bare currency={currency} decimals={decimals} micros={micros} />;
  return [
    ...prefixColumns(),
    {
      key: "old",
      header: t("Old, {currency}", { currency }),
      numeric: true,
      from: "lg",
      cell: (row) => price(row.oldPerMinute),
    },
    {
      key: "new",
      header: t("New, {currency}", { currency }),
      numeric: true,
      fold: "second-end",
      cell: (row) => (
        <>
          <span className="text-ink-3 lg:hidden">
            {price(row.oldPerMinute)} <span className="inline-block rtl:-scale-x-100">→</span>{" "}
          </span>
          {price(row.kind === "removed" ? null : row.newPerMinute)}
        </>
      ),
    },
    {
      key: "change",
      header: t("Change"),
      numeric: true,
      from: "lg",
      cell: (row) => (row.kind === "removed" ? "" : percentText(row.oldPerMinute, row.newPerMinute)),
    },
    { key: "margin", header: t("Margin left"), numeric: true, from: "lg", cell: (row) => <Margin row={row} /> },
    {
      key: "calls",
      header: t("Calls of 30 days"),
      numeric: true,
      from: "xl",
      cell: (row) =>
        row.exposureMicros === null ? "" : <Money bare currency={currency} micros={row.exposureMicros} signed />,
    },
    { key: "note", header: t("Also"), from: "xl", cell: (row) => <Also row={row} /> },
  ];
}

function Margin({ row }: Readonly<{ row: DeckChange }>) {
  if (row.marginPpm === null) return null;
  const text = marginText(row.marginPpm);
  if (row.belowCost) return <span className="text-bad">✗ {text}</span>;
  return row.belowFloor ? <span className="text-warn">! {text}</span> : text;
}

function Also({ row }: Readonly<{ row: DeckChange }>) {
  return (
    <span className="text-xs text-ink-2">
      {row.note}
      {row.starts && <> {rich("from {moment}", { moment: <Moment at={row.starts} /> })}</>}
      {row.ends && <> {rich("until {moment}", { moment: <Moment at={row.ends} /> })}</>}
    </span>
  );
}
