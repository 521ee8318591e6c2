import { applyDeck, type Deck, getDeck } from "@/server/domain/decks/decks";
import { isCompared, lockDeck } from "@/server/domain/decks/uploads";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type Confirmed = Readonly<{
  deckId: string;
  /** Of the comparison that was looked at: a newer one is another decision. */
  comparedAt: Date;
  /** Somebody looked at the warnings and at what would be sold below cost. */
  acknowledged: boolean;
  actor: string;
}>;

/** Whether a deck has something that must be looked at before it is applied. */
export const wantsALook = ({ warnings, effects }: Pick<Deck, "warnings" | "effects">): boolean =>
  warnings > 0 || effects.some(({ belowCost, currency }) => belowCost > 0 || currency !== undefined);

/**
 * Applies a deck as it was looked at. Locks the deck, so of two people at once one does it and the other is told.
 * @returns the deck as it was before, and the moment from which its prices hold.
 * @throws DomainError not_found; invalid_state when somebody applied or dropped it meanwhile, or it is being read.
 * @throws DomainError deck_stale when it was compared again since; deck_not_acknowledged; and as applyDeck.
 */
export async function confirmDeck(
  tx: TenantWrite,
  tenantId: TenantId,
  { deckId, comparedAt, acknowledged, actor }: Confirmed,
): Promise<{ deck: Deck; at: Date }> {
  const locked = await lockDeck(tx, tenantId, deckId);
  const { state, comparedAt: now } = locked;
  if (state === "applied") {
    const sentence = "Somebody has applied this deck already; it is not applied twice.";
    throw new DomainError("invalid_state", { deck: deckId, state }, sentence);
  }
  if (now === null || !(await isCompared(tx, tenantId, locked))) {
    const sentence = "This deck is not ready to be applied: it is being read or compared, or was dropped.";
    throw new DomainError("invalid_state", { deck: deckId, state }, sentence);
  }
  if (now.getTime() !== comparedAt.getTime()) {
    const sentence = "This deck was compared again since you looked at it: look at what it would do now.";
    throw new DomainError("deck_stale", { deck: deckId }, sentence);
  }
  const deck = await getDeck(tx, tenantId, deckId);
  if (!acknowledged && deck.errors === 0 && wantsALook(deck)) {
    throw new DomainError("deck_not_acknowledged", { deck: deckId, warnings: deck.warnings });
  }
  return { deck, at: await applyDeck(tx, deckId, actor) };
}

export type BackPreview = Readonly<{
  /** Prices that would hold again, and prices of the deck that would go. */
  restores: number;
  removes: number;
  /** Prices that stay as they are, because somebody ended or set one by hand since, and the first twenty prefixes of them. */
  kept: number;
  keptPrefixes: readonly string[];
  /** What is in the way: a deck that was applied later. */
  laterDeck: string | null;
}>;

/** What taking a deck back would do. @throws DomainError not_found; invalid_state unless it is applied. */
export async function previewRollBack(tx: TenantRead, deckId: string): Promise<BackPreview> {
  const [row] = await tx.$queryRaw<BackPreview[]>`
    SELECT restores, removes, kept, kept_prefixes AS "keptPrefixes", later_deck::text AS "laterDeck" FROM deck_back_preview(${deckId}::uuid)`;
  if (!row) throw new DomainError("not_found", { deck: deckId });
  return row;
}
