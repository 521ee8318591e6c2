"use client";

import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { type Choice, ColumnsMenu } from "@/components/ui/columns-menu";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { useListLook } from "@/components/ui/list-look";
import { type Sort, type Sorted, sortBy, wayOf } from "@/components/ui/sorted";
import { type Live, useHeldRows } from "@/components/ui/use-held-rows";
import { useListKeys } from "@/components/ui/use-list-keys";
import { t } from "@/server/kernel/words";

/** Where a column's cell goes when the table folds into two-line rows: first or second line, at its start or end; or what can be done, below. */
export type Fold = "lead" | "lead-end" | "second" | "second-end" | "below" | "hide";

export type Column<Row> = Readonly<{
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Numbers align at the end and keep equal digit widths, so columns of money can be compared by eye. */
  numeric?: boolean;
  /**
   * Folded, where there are no heads, the cell begins with its head: so do numbers, unless they say themselves what they are, and
   * what else would stand there unexplained. The head has to be a text.
   */
  named?: boolean;
  fold?: Fold;
  /** Below this width the column leaves; what it says stands in the panel too. `never`: it stands only where rows are folded. */
  from?: "lg" | "xl" | "2xl" | "never";
  /** Takes the width that is left, and cuts what does not fit: of a text what is read last, whichever way. At most one per table. */
  grow?: boolean | "text";
  className?: string;
  /** It has what opens the row, so nobody hides it. */
  stays?: boolean;
  /** The list can be put in order by it: its head is a button, where the table is given `sorted`. */
  sort?: Sort;
}>;

type Props<Row> = Readonly<{
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  empty: ReactNode;
  /** The row whose panel is open. */
  openKey?: string | undefined;
  /** The rows come and go by themselves: held under the pointer and the focus, and marked once when they came. */
  live?: Live | undefined;
  /** A table with few columns keeps them together instead of spreading over the page. */
  fit?: boolean;
  sorted?: Sorted | undefined;
  /** The name by which the person's choice of its columns is kept; without one, all are shown. */
  list?: string | undefined;
}>;

const folds: Record<Fold, string> = {
  lead: "max-sm:col-start-1 max-sm:row-start-1",
  "lead-end": "max-sm:col-start-2 max-sm:row-start-1 max-sm:justify-self-end",
  second: "max-sm:col-start-1 max-sm:row-start-2 max-sm:text-ink-2",
  "second-end": "max-sm:col-start-2 max-sm:row-start-2 max-sm:justify-self-end max-sm:text-ink-2",
  below: "max-sm:col-span-2 max-sm:row-start-3 max-sm:pt-2",
  hide: "max-sm:hidden",
};
/** A cell that begins with its `data-head` where there are no heads. */
export const namedClass =
  "max-sm:not-empty:before:me-1.5 max-sm:not-empty:before:text-ink-3 max-sm:not-empty:before:content-[attr(data-head)]";
const widths = {
  lg: "sm:max-lg:hidden",
  xl: "sm:max-xl:hidden",
  "2xl": "sm:max-2xl:hidden",
  never: "sm:hidden",
} as const;

const headOf = <Row,>({ header, fold = "hide", numeric, named = numeric }: Column<Row>): string | undefined =>
  named && fold !== "hide" && typeof header === "string" ? header : undefined;

const cellClass = <Row,>(column: Column<Row>, list: string | undefined): string =>
  cx(
    "max-sm:min-w-0 sm:pe-5",
    list ? "sm:last:pe-7" : "sm:last:pe-2",
    column.grow ? "sm:w-full sm:max-w-0" : "sm:whitespace-nowrap",
    column.grow === true && "sm:overflow-hidden sm:text-ellipsis sm:whitespace-nowrap",
    column.grow === "text" && "sm:truncate",
    folds[column.fold ?? "hide"],
    column.from && widths[column.from],
    column.numeric && "figures sm:text-end",
    headOf(column) && namedClass,
    column.className,
  );

/** Renders rows; knows nothing of queries, routes or money. J, K and arrows move, Enter follows the row's link. */
export function DataTable<Row>(props: Props<Row>) {
  const { caption, rows, rowKey, empty, openKey, live, fit, sorted, list } = props;
  const { compact, hidden } = useListLook();
  const keys = useListKeys();
  const held = useHeldRows(rows, rowKey, live, keys);
  const choices = choicesOf(props);
  // Not left out: a window that becomes narrow has no menu to bring them back.
  const columns = props.columns.map((column) =>
    choices.some(({ key, name }) => key === column.key && hidden.includes(name))
      ? { ...column, from: "never" as const }
      : column,
  );
  // Rows in the order, or of the filter, before the one that was just asked for: they pale when the answer takes its time.
  const asked = live !== undefined && live.scope === undefined;
  if (held.rows.length === 0) return empty;

  return (
    <div className="overflow-x-auto sm:overflow-visible" data-list="" ref={keys} {...held.on}>
      {choices.length > 0 && <ColumnsMenu choices={choices} />}
      <New count={held.waiting} onShow={held.release} />
      <table className={cx("w-full border-collapse text-start max-sm:block", fit && "sm:max-w-4xl")}>
        <caption className="sr-only">{caption}</caption>
        <Head columns={columns} list={list} sorted={sorted} />
        <tbody aria-busy={asked || undefined} className={cx("max-sm:block", asked && "stale")}>
          {held.rows.map((row) => {
            const key = rowKey(row);
            const gone = held.gone.has(key);
            const look = key === openKey ? "bg-accent-soft" : "hover:bg-sunken";
            return (
              <tr
                aria-current={key === openKey ? "true" : undefined}
                className={cx(
                  rowClass,
                  compact ? "sm:h-7.5" : "sm:h-9",
                  look,
                  held.fresh.has(key) && "fresh",
                  gone && "opacity-50",
                )}
                inert={gone}
                key={key}
              >
                {columns.map((column) => (
                  <td className={cellClass(column, list)} data-head={headOf(column)} key={column.key}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What may be hidden has a name, and is neither what a row is about, nor what opens it, nor what is done with it. */
const choicesOf = <Row,>({ columns, list }: Props<Row>): readonly (Choice & { key: string })[] =>
  columns.flatMap(({ key, header, fold, stays }) =>
    list === undefined || typeof header !== "string" || stays || fold === "lead" || fold === "below"
      ? []
      : [{ key, name: `${list}:${key}`, header }],
  );

/** Over the heads of the columns: what tells of new rows must not move the others either. */
const New = ({ count, onShow }: Readonly<{ count: number; onShow: () => void }>) =>
  count > 0 && (
    <div className="pointer-events-none sticky start-0 top-12 z-20 flex h-0 justify-center">
      <Button className="pointer-events-auto h-8 shrink-0" onClick={onShow}>
        {t("Show {n} new", { n: count })}
      </Button>
    </div>
  );

const rowClass = "relative border-b max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:py-2";
const headClass = "sticky top-12 z-10 h-8 border-b bg-bg pe-5 text-xs font-medium whitespace-nowrap text-ink-3";

function Head<Row>({ columns, sorted, list }: Pick<Props<Row>, "columns" | "sorted" | "list">) {
  return (
    <thead className="max-sm:not-focus-within:sr-only">
      <tr>
        {columns.map((column) => (
          <th
            aria-sort={column.sort && sorted && wayOf(column.sort, sorted.by)}
            className={cx(
              headClass,
              list ? "last:pe-7" : "last:pe-2",
              column.from && widths[column.from],
              column.numeric ? "text-end" : "text-start",
            )}
            key={column.key}
            scope="col"
          >
            {column.sort && sorted ? <SortButton column={column} sort={column.sort} sorted={sorted} /> : column.header}
          </th>
        ))}
      </tr>
    </thead>
  );
}

type SortButtonProps<Row> = Readonly<{ column: Column<Row>; sort: Sort; sorted: Sorted }>;

/** The head of a column that sorts; the arrow, which `aria-sort` says too, keeps its place so that no column moves. */
function SortButton<Row>({ column, sort, sorted }: SortButtonProps<Row>) {
  const way = wayOf(sort, sorted.by);
  return (
    <button
      className={cx(
        "inline-flex h-8 items-center gap-1 rounded-sm hover:text-ink",
        column.numeric && "flex-row-reverse",
        way && "text-ink",
      )}
      onClick={() => sorted.onSort(sortBy(sort, sorted.by))}
      type="button"
    >
      {column.header}
      <Icon
        className={cx("size-3 transition-none", !way && "invisible", way === "ascending" && "rotate-180")}
        name="down"
      />
    </button>
  );
}
