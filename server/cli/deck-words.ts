import type { DeckCounts } from "@/server/domain/decks/compare";
import type { Deck } from "@/server/domain/decks/decks";

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
