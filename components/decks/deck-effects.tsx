"use client";

import { Money } from "@/components/billing/money";
import { countText, type Deck } from "@/components/decks/deck-words";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { numberFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

type Effect = Deck["effects"][number];

const part = (n: number, ink: string, sign: string) =>
  n === 0 ? <span className="text-ink-3">{t("none")}</span> : <span className={ink}>{`${sign} ${countText(n)}`}</span>;

const columnsIn = (deckCurrency: string): readonly Column<Effect>[] => [
  { key: "seller", header: t("Seller"), fold: "lead", cell: ({ seller }) => seller },
  {
    key: "plan",
    header: t("Set against"),
    fold: "second",
    cell: ({ plan, side }) =>
      side === "own" ? t("{plan} (what it pays)", { plan }) : t("{plan} (what it asks)", { plan }),
  },
  {
    key: "compared",
    header: t("Prices"),
    numeric: true,
    from: "lg",
    cell: ({ compared, currency }) =>
      currency === undefined ? countText(compared) : t("in {currency}, not compared", { currency }),
  },
  {
    key: "floor",
    header: t("Margin wanted"),
    numeric: true,
    from: "lg",
    cell: ({ floorPpm }) => `${numberFormat({ maximumFractionDigits: 4 }).format(floorPpm / 10_000)} %`,
  },
  {
    key: "belowFloor",
    header: t("Below that"),
    numeric: true,
    fold: "second-end",
    cell: ({ belowFloor }) => part(belowFloor, "text-warn", "!"),
  },
  {
    key: "belowCost",
    header: t("Below cost"),
    numeric: true,
    fold: "lead-end",
    cell: ({ belowCost, currency }) =>
      currency === undefined ? part(belowCost, "text-bad", "✗") : <span className="text-warn">! {currency}</span>,
  },
  {
    key: "earned",
    header: t("Earned in 30 days, {currency}", { currency: deckCurrency }),
    numeric: true,
    fold: "below",
    cell: ({ earned }) => earned && <Earned currency={deckCurrency} earned={earned} />,
  },
];

/** What is left of thirty days' calls now and under the deck, and the part of it that is lost below cost. */
function Earned({ earned, currency }: Readonly<{ earned: NonNullable<Effect["earned"]>; currency: string }>) {
  const { calls, losing, unpriced } = earned;
  if (calls === 0) return <span className="text-ink-3">{t("no calls")}</span>;
  const money = (micros: string) => <Money bare currency={currency} micros={BigInt(micros)} />;
  return (
    <>
      {money(earned.now)} <span className="inline-block rtl:-scale-x-100">→</span> {money(earned.later)}
      {losing > 0 && (
        <span className="block text-xs text-bad">
          ✗{" "}
          {rich("{calls, plural, one {# call} other {# calls}} below cost: {loss} lost", {
            calls: losing,
            loss: money(earned.loss),
          })}
        </span>
      )}
      {unpriced > 0 && (
        <span className="block text-xs text-warn">
          ! {t("{calls, plural, one {# call} other {# calls}} without a price", { calls: unpriced })}
        </span>
      )}
    </>
  );
}

/** What is left to everybody who sells by these prices, and what the last thirty days would have cost. */
export function DeckEffects({ deck }: Readonly<{ deck: Deck }>) {
  const { exposure, currency, effects } = deck;
  return (
    <Section level={2} title={t("What it means")}>
      {exposure && (
        <p className="max-w-prose">
          {exposure.calls === 0 ? (
            t("No call of the thirty days before would have been priced otherwise.")
          ) : (
            <>
              {rich(
                "{calls, plural, one {# call} other {# calls}} of {buyers, plural, one {# tenant} other {# tenants}} in the thirty days before would have come to {difference} at these prices.",
                {
                  calls: exposure.calls,
                  buyers: exposure.buyers,
                  difference: (
                    <Money className="font-medium" currency={currency} micros={BigInt(exposure.micros)} signed />
                  ),
                },
              )}
              {exposure.removedCalls > 0 &&
                ` ${t(
                  "{count, plural, one {# of them would have had another price, or none.} other {# of them would have had another price, or none.}}",
                  { count: exposure.removedCalls },
                )}`}
            </>
          )}
        </p>
      )}
      <DataTable
        caption={t("Margins")}
        columns={columnsIn(currency)}
        empty={
          <p className="text-ink-2">{t("Nobody buys and sells by this plan yet, so there is no margin to look at.")}</p>
        }
        fit
        rowKey={({ side, seller, plan, sellerId, planId }) => `${side} ${sellerId ?? seller} ${planId ?? plan}`}
        rows={effects}
      />
    </Section>
  );
}
