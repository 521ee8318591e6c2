"use client";

import { Money } from "@/components/billing/money";
import { countText, type Deck } from "@/components/decks/deck-words";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";

type Effect = Deck["effects"][number];

const part = (n: number, ink: string, sign: string) =>
  n === 0 ? <span className="text-ink-3">none</span> : <span className={ink}>{`${sign} ${countText(n)}`}</span>;

const columns: readonly Column<Effect>[] = [
  { key: "seller", header: "Seller", fold: "lead", cell: ({ seller }) => seller },
  {
    key: "plan",
    header: "Set against",
    fold: "second",
    cell: ({ plan, side }) => `${plan} (${side === "own" ? "what it pays" : "what it asks"})`,
  },
  { key: "compared", header: "Prices", numeric: true, from: "lg", cell: ({ compared }) => countText(compared) },
  {
    key: "floor",
    header: "Margin wanted",
    numeric: true,
    from: "lg",
    cell: ({ floorPpm }) => `${floorPpm / 10_000} %`,
  },
  {
    key: "belowFloor",
    header: "Below that",
    numeric: true,
    fold: "second-end",
    cell: ({ belowFloor }) => part(belowFloor, "text-warn", "!"),
  },
  {
    key: "belowCost",
    header: "Below cost",
    numeric: true,
    fold: "lead-end",
    cell: ({ belowCost }) => part(belowCost, "text-bad", "✗"),
  },
];

/** What is left to everybody who sells by these prices, and what the last thirty days would have cost. */
export function DeckEffects({ deck }: Readonly<{ deck: Deck }>) {
  const { exposure, currency, effects } = deck;
  return (
    <Section level={2} title="What it means">
      {exposure && (
        <p className="max-w-prose">
          {exposure.calls === 0 ? (
            "No call of the thirty days before would have been priced otherwise."
          ) : (
            <>
              {countText(exposure.calls)} calls of {countText(exposure.buyers)}{" "}
              {exposure.buyers === 1 ? "tenant" : "tenants"} in the thirty days before would have come to{" "}
              <Money className="font-medium" currency={currency} micros={BigInt(exposure.micros)} signed /> at these
              prices
              {exposure.removedCalls > 0 &&
                `; ${countText(exposure.removedCalls)} of them would have had another price, or none`}
              .
            </>
          )}
        </p>
      )}
      <DataTable
        caption="Margins"
        columns={columns}
        empty={<p className="text-ink-2">Nobody buys and sells by this plan yet, so there is no margin to look at.</p>}
        fit
        rowKey={({ side, seller, plan }) => `${side} ${seller} ${plan}`}
        rows={effects}
      />
    </Section>
  );
}
