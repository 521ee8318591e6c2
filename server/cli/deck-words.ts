import type { DeckCounts } from "@/server/domain/decks/compare";
import type { Deck, DeckEarned } from "@/server/domain/decks/decks";
import { decimalOf } from "@/server/kernel/money";

/** A deck for machines. */
export const summaryOf = (deck: Deck) => ({
  deck: deck.id,
  plan: deck.plan,
  file: deck.fileName,
  sha256: deck.sha256,
  state: deck.state,
  mode: deck.mode,
  effective: deck.effectiveAt,
  rows: deck.rows,
  errors: deck.errors,
  warnings: deck.warnings,
  ...deck.counts,
  effects: deck.effects,
  exposure: deck.exposure,
  notRead: unreadColumns(deck),
});

/** The names of the columns that say nothing to us. */
export const unreadColumns = ({ layout }: Deck): readonly string[] =>
  layout?.names.filter((name, at) => name !== "" && !layout.columns[at]) ?? [];

/** What a deck does, in one sentence. */
export const countsText = (counts: DeckCounts | null): string =>
  counts
    ? `${counts.new} new, ${counts.up} up, ${counts.down} down, ${counts.changed} otherwise changed, ${counts.removed} removed, ${counts.same} unchanged`
    : "";

/** Who would sell below what they pay, whose prices could not be compared, and what thirty days of calls leave each seller. */
export const effectLines = ({ effects, currency: of }: Pick<Deck, "effects" | "currency">): string[] =>
  effects.flatMap(({ seller, plan, belowCost, currency, earned }) => {
    const who = `${seller}, ${plan}`;
    if (currency !== undefined) return [`${who}: its prices are in ${currency} and were not compared.`];
    const lines = belowCost > 0 ? [`${who}: ${belowCost} prices would be below what is paid for them.`] : [];
    return earned && earned.calls > 0 ? [...lines, `${who}: ${earnedText(earned, of)}`] : lines;
  });

function earnedText({ calls, now, later, losing, loss, unpriced }: DeckEarned, currency: string): string {
  const money = (amount: string) => `${decimalOf(BigInt(amount))} ${currency}`;
  return [
    `${calls} calls of the last 30 days would earn ${money(later)} instead of ${money(now)}.`,
    ...(losing > 0 ? [`${losing} of them would be sold below cost and lose ${money(loss)}.`] : []),
    ...(unpriced > 0 ? [`${unpriced} of them would have no price.`] : []),
  ].join(" ");
}
