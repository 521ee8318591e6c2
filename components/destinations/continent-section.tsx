"use client";

import { moneyText, rateDecimals } from "@/components/billing/money-text";
import { ClassSwitch } from "@/components/destinations/class-switch";
import { continentName } from "@/components/destinations/continent-words";
import {
  type Country,
  classesOf,
  classWord,
  type Draft,
  lockOf,
  openAmong,
  savedOpen,
  shownOpen,
  withSwitch,
} from "@/components/destinations/destination-draft";
import { cx } from "@/components/ui/cx";
import { namedClass } from "@/components/ui/data-table";
import { RowLink } from "@/components/ui/row-link";
import type { Continent } from "@/server/domain/destinations/continents";
import type { Reach } from "@/server/domain/destinations/destination.schema";
import { type NumberClass, numberClasses } from "@/server/kernel/number-class";
import { t } from "@/server/kernel/words";

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
const numberCell = "figures max-sm:order-2 max-sm:ms-auto max-sm:min-w-1/4 max-sm:text-end sm:w-28 sm:ps-4 sm:text-end";
const headClass = "sticky top-12 z-10 h-8 border-b bg-bg text-start text-xs font-medium text-ink-3";

/** The countries of one part of the world, folded up until somebody wants to see them, with a switch for all of them. */
export function ContinentSection({ continent, items, board, unfolded, onFold }: Props) {
  const name = continentName(continent);
  const open = items.filter((item) => numberClasses.some((of) => shownOpen(board.draft, item, of, board.reach))).length;
  return (
    <section className="border-t">
      <h2 className="flex min-h-11 items-center text-base font-semibold">
        <button
          aria-expanded={unfolded}
          className="flex min-h-11 flex-1 items-center gap-3 text-start"
          onClick={onFold}
          type="button"
        >
          <span aria-hidden="true" className={cx("text-ink-3", unfolded ? "rotate-90" : "rtl:-scale-x-100")}>
            ›
          </span>
          {name}
          <span className="font-normal text-ink-3">{t("{open} of {all} open", { open, all: items.length })}</span>
        </button>
      </h2>
      {unfolded && (
        <table className="w-full border-collapse text-start max-sm:block sm:max-w-5xl">
          <caption className="sr-only">{name}</caption>
          <thead className="max-sm:sr-only">
            <tr>
              <th className={headClass} scope="col">
                {t("Country")}
              </th>
              {numberClasses.map((of) => (
                <th className={cx(headClass, "w-32")} key={of} scope="col">
                  {classWord(of)}
                </th>
              ))}
              <th className={cx(headClass, "text-end")} scope="col">
                {t("A minute from")}
              </th>
              <th className={cx(headClass, "text-end")} scope="col">
                {t("Calls in 90 days")}
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
      <th className="font-normal text-ink-2 max-sm:order-1 max-sm:w-full sm:ps-2" scope="row">
        {t("All {count}", { count: items.length })}
      </th>
      {numberClasses.map((of) => {
        const state = openAmong(draft, items, of, reach);
        const none = !items.some((item) => classesOf(item.country).includes(of));
        return (
          <td className="max-sm:order-3" key={of}>
            {!none && (
              <ClassSwitch
                label={t("{kind} numbers of all of {place}", { kind: classWord(of), place: name })}
                mixed={state === "some"}
                on={state === "all"}
                onChange={(open) => setAll(of, open)}
                word={classWord(of)}
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
      <th className="font-normal max-sm:order-1 max-sm:grow max-sm:basis-1/2 sm:ps-2" scope="row">
        <RowLink id={item.country}>{item.name}</RowLink>
        {item.callingCode && (
          <bdi className="figures ps-2 text-ink-3" dir="ltr">
            +{item.callingCode}
          </bdi>
        )}
      </th>
      {numberClasses.map((of) => (
        <td className="max-sm:order-3" key={of}>
          {classesOf(item.country).includes(of) && (
            <ClassSwitch
              changed={shownOpen(draft, item, of, reach) !== savedOpen(item, of, reach)}
              disabled={!mayChange}
              label={t("{kind} numbers of {country}", { kind: classWord(of), country: item.name })}
              locked={lockOf(item, of, reach)}
              on={shownOpen(draft, item, of, reach)}
              onChange={(open) => onDraft(withSwitch(draft, { item, of, reach, open }))}
              word={classWord(of)}
            />
          )}
        </td>
      ))}
      <td className={cx(numberCell, namedClass, "text-ink-2 max-sm:order-2")} data-head={t("A minute from")}>
        {price && moneyText(price.perMinuteMicros, price.currency, { decimals: rateDecimals(price.perMinuteMicros) })}
      </td>
      <td className={cx(numberCell, "max-sm:hidden sm:pe-2")}>
        {item.recentCalls > 0 ? item.recentCalls : <span className="text-ink-3">–</span>}
      </td>
    </tr>
  );
}
