"use client";

import { moneyText, rateDecimals } from "@/components/billing/money-text";
import { ClassSwitch } from "@/components/destinations/class-switch";
import { continentWords } from "@/components/destinations/continent-words";
import {
  type Country,
  classesOf,
  classWords,
  type Draft,
  lockOf,
  openAmong,
  savedOpen,
  shownOpen,
  withSwitch,
} from "@/components/destinations/destination-draft";
import { cx } from "@/components/ui/cx";
import { RowLink } from "@/components/ui/row-link";
import type { Continent } from "@/server/domain/destinations/continents";
import type { Reach } from "@/server/domain/destinations/destination.schema";
import { type NumberClass, numberClasses } from "@/server/kernel/number-class";

type Price = Readonly<{ perMinuteMicros: bigint; currency: string }>;
export type Board = Readonly<{
  reach: Reach;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  mayChange: boolean;
  prices: ReadonlyMap<string, Price>;
  openId: string | undefined;
}>;
type Props = Readonly<{
  continent: Continent;
  items: readonly Country[];
  board: Board;
  unfolded: boolean;
  onFold: () => void;
}>;

const rowClass =
  "relative border-b max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-5 max-sm:py-1.5 sm:h-9";
const numberCell = "figures max-sm:order-2 max-sm:ml-auto sm:w-28 sm:pl-4 sm:text-right";
const headClass = "sticky top-12 z-10 h-8 border-b bg-bg text-left text-xs font-medium text-ink-3";

/** The countries of one part of the world, folded up until somebody wants to see them, with a switch for all of them. */
export function ContinentSection({ continent, items, board, unfolded, onFold }: Props) {
  const name = continentWords[continent];
  const open = items.filter((item) => numberClasses.some((of) => shownOpen(board.draft, item, of, board.reach))).length;
  return (
    <section className="border-t">
      <h2 className="flex min-h-11 items-center text-base font-semibold">
        <button
          aria-expanded={unfolded}
          className="flex min-h-11 flex-1 items-center gap-3 text-left"
          onClick={onFold}
          type="button"
        >
          <span aria-hidden="true" className={cx("text-ink-3", unfolded && "rotate-90")}>
            ›
          </span>
          {name}
          <span className="font-normal text-ink-3">
            {open} of {items.length} open
          </span>
        </button>
      </h2>
      {unfolded && (
        <table className="w-full border-collapse text-left max-sm:block sm:max-w-5xl">
          <caption className="sr-only">{name}</caption>
          <thead className="max-sm:sr-only">
            <tr>
              <th className={headClass} scope="col">
                Country
              </th>
              {numberClasses.map((of) => (
                <th className={cx(headClass, "w-32")} key={of} scope="col">
                  {classWords[of]}
                </th>
              ))}
              <th className={cx(headClass, "text-right")} scope="col">
                A minute from
              </th>
              <th className={cx(headClass, "text-right")} scope="col">
                Calls in 90 days
              </th>
            </tr>
          </thead>
          <tbody className="max-sm:block">
            {board.mayChange && <AllRow board={board} items={items} name={name} />}
            {items.map((item) => (
              <CountryRow board={board} item={item} key={item.country} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function AllRow({ board, items, name }: Readonly<{ board: Board; items: readonly Country[]; name: string }>) {
  const { draft, reach, onDraft } = board;
  const setAll = (of: NumberClass, open: boolean) =>
    onDraft(
      items
        .filter((item) => classesOf(item.country).includes(of))
        .reduce((next, item) => withSwitch(next, { item, of, reach, open }), draft),
    );
  return (
    <tr className={cx(rowClass, "bg-sunken")}>
      <th className="font-normal text-ink-2 max-sm:order-1 max-sm:w-full sm:pl-2" scope="row">
        All {items.length}
      </th>
      {numberClasses.map((of) => {
        const state = openAmong(draft, items, of, reach);
        const none = !items.some((item) => classesOf(item.country).includes(of));
        return (
          <td className="max-sm:order-3" key={of}>
            {!none && (
              <ClassSwitch
                label={`${classWords[of]} numbers of all of ${name}`}
                mixed={state === "some"}
                on={state === "all"}
                onChange={(open) => setAll(of, open)}
                word={classWords[of]}
              />
            )}
          </td>
        );
      })}
      <td className="max-sm:hidden" colSpan={2} />
    </tr>
  );
}

function CountryRow({ board, item }: Readonly<{ board: Board; item: Country }>) {
  const { draft, reach, onDraft, mayChange } = board;
  const price = board.prices.get(item.country);
  return (
    <tr className={cx(rowClass, item.country === board.openId ? "bg-accent-soft" : "hover:bg-sunken")}>
      <th className="font-normal max-sm:order-1 max-sm:min-w-3/5 sm:pl-2" scope="row">
        <RowLink id={item.country}>{item.name}</RowLink>
        {item.callingCode && <span className="figures pl-2 text-ink-3">+{item.callingCode}</span>}
      </th>
      {numberClasses.map((of) => (
        <td className="max-sm:order-3" key={of}>
          {classesOf(item.country).includes(of) && (
            <ClassSwitch
              changed={shownOpen(draft, item, of, reach) !== savedOpen(item, of, reach)}
              disabled={!mayChange}
              label={`${classWords[of]} numbers of ${item.name}`}
              locked={lockOf(item, of, reach)}
              on={shownOpen(draft, item, of, reach)}
              onChange={(open) => onDraft(withSwitch(draft, { item, of, reach, open }))}
              word={classWords[of]}
            />
          )}
        </td>
      ))}
      <td className={cx(numberCell, "text-ink-2 max-sm:order-2")}>
        {price && moneyText(price.perMinuteMicros, price.currency, { decimals: rateDecimals(price.perMinuteMicros) })}
      </td>
      <td className={cx(numberCell, "max-sm:hidden sm:pr-2")}>
        {item.recentCalls > 0 ? item.recentCalls : <span className="text-ink-3">–</span>}
      </td>
    </tr>
  );
}
