import type { DeckCounts } from "@/server/domain/decks/compare";
import { type DeckMode, deckSettingsSchema, type NewDeck } from "@/server/domain/decks/deck.schema";
import type { DeckLayout } from "@/server/domain/decks/sniff.rules";
import { getOwnPlan } from "@/server/domain/rating/plans";
import type { Prisma } from "@/server/infra/db/generated/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type DeckState =
  | "uploading"
  | "reading"
  | "staged"
  | "scheduled"
  | "applied"
  | "rolled_back"
  | "failed"
  | "cancelled";

/** What one plan's margin would be under the deck: the owner's own, or that of somebody who resells. */
export type DeckEffect = Readonly<{
  side: "own" | "below";
  seller: string;
  sellerId?: string;
  planId?: string;
  plan: string;
  floorPpm: number;
  compared: number;
  belowCost: number;
  belowFloor: number;
  /** Of a plan whose prices are in another one, which cannot be compared. */
  currency?: string;
  /** None in a deck that was compared before this was looked at. */
  earned?: DeckEarned;
}>;

/** What the calls of the thirty days before leave a seller, by today's prices and by the deck's; micros as text. */
export type DeckEarned = Readonly<{
  calls: number;
  now: string;
  later: string;
  /** Calls that would be sold below cost, and what is lost on them. */
  losing: number;
  loss: string;
  /** Calls that would have no price: they earn nothing then. */
  unpriced: number;
}>;

/** What the calls of the thirty days before would have cost more; micros as text. */
export type DeckExposure = Readonly<{
  since: string;
  calls: number;
  seconds: number;
  buyers: number;
  micros: string;
  removedCalls: number;
}>;

export type Deck = Readonly<{
  id: string;
  planId: string;
  plan: string;
  currency: string;
  fileName: string;
  bytes: number;
  sha256: string | null;
  mode: DeckMode;
  /** "scheduled" is applied with a moment still to come. */
  state: DeckState;
  effectiveAt: Date | null;
  layout: DeckLayout | null;
  /** Why it could not be read. */
  problem: string | null;
  rows: number;
  errors: number;
  warnings: number;
  counts: DeckCounts | null;
  effects: readonly DeckEffect[];
  exposure: DeckExposure | null;
  comparedAt: Date | null;
  taskId: string | null;
  /** Uploaded in the portal, where its file can be read again. */
  uploaded: boolean;
  /** Its rows and changes are not kept any more. */
  swept: boolean;
  createdAt: Date;
  createdBy: string;
  appliedAt: Date | null;
  rolledBackAt: Date | null;
}>;

const shown = {
  id: true,
  planId: true,
  fileName: true,
  bytes: true,
  sha256: true,
  mode: true,
  state: true,
  effectiveAt: true,
  layout: true,
  problem: true,
  rows: true,
  errors: true,
  warnings: true,
  counts: true,
  effects: true,
  exposure: true,
  comparedAt: true,
  taskId: true,
  parts: true,
  sweptAt: true,
  createdAt: true,
  createdBy: true,
  appliedAt: true,
  rolledBackAt: true,
} as const;

type Stored = Prisma.DeckGetPayload<{ select: typeof shown }>;

function deckOf(row: Stored, plans: ReadonlyMap<string, { name: string; currency: string }>): Deck {
  const plan = plans.get(row.planId);
  const { parts, sweptAt, ...known } = row;
  const waits = row.state === "applied" && row.effectiveAt !== null && row.effectiveAt > new Date();
  return {
    ...known,
    uploaded: parts !== null,
    swept: sweptAt !== null,
    plan: plan?.name ?? "",
    currency: plan?.currency ?? "",
    bytes: Number(row.bytes),
    mode: row.mode as DeckMode,
    state: waits ? "scheduled" : (row.state as DeckState),
    layout: row.layout as DeckLayout | null,
    counts: row.counts as DeckCounts | null,
    effects: row.effects as unknown as DeckEffect[],
    exposure: row.exposure as unknown as DeckExposure | null,
  };
}

async function withPlans(tx: TenantRead, tenantId: TenantId, rows: readonly Stored[]): Promise<Deck[]> {
  const ids = [...new Set(rows.map(({ planId }) => planId))];
  const plans = await tx.plan.findMany({
    where: { tenantId, id: { in: ids } },
    select: { id: true, name: true, currency: true },
  });
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  return rows.map((row) => deckOf(row, byId));
}

/** A tenant's decks, newest first, a page at a time; the cursor is the id of the last one. */
export async function listDecks(
  tx: TenantRead,
  tenantId: TenantId,
  {
    planId,
    cursor,
    limit = 50,
  }: { planId?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
): Promise<{ items: Deck[]; nextCursor: string | null }> {
  const rows = await tx.deck.findMany({
    where: { tenantId, ...(planId ? { planId } : {}) },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
    ...(cursor ? { cursor: { tenantId_id: { tenantId, id: cursor } }, skip: 1 } : {}),
    select: shown,
  });
  const items = await withPlans(tx, tenantId, rows.slice(0, limit));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** @throws DomainError not_found when the tenant has no such deck. */
export async function getDeck(tx: TenantRead, tenantId: TenantId, deckId: string): Promise<Deck> {
  const row = await tx.deck.findUnique({ where: { tenantId_id: { tenantId, id: deckId } }, select: shown });
  const [deck] = row ? await withPlans(tx, tenantId, [row]) : [];
  if (!deck) throw new DomainError("not_found", { deck: deckId });
  return deck;
}

/** Applying or taking back a quarter of a million prices is one transaction, and may take a while on a busy machine. */
export const DECK_PATIENCE_MS = 600_000;

/** A wished moment may be this old: a clock that is a little behind is not a price in the past. */
const LATE_MS = 60_000;

/**
 * Writes down a deck whose file is still to come.
 * @param createdBy "user:…" or "cli:…".
 * @returns its id.
 * @throws DomainError not_found for a plan that is not the tenant's own.
 * @throws DomainError invalid_input for a moment in the past: what has held is not rewritten.
 */
export async function createDeck(
  tx: TenantWrite,
  tenantId: TenantId,
  deck: NewDeck & { createdBy: string },
): Promise<string> {
  const plan = await getOwnPlan(tx, tenantId, deck.planId);
  const effectiveAt = deck.effective === undefined ? null : momentOf(deck.effective);
  const { id } = await tx.deck.create({
    data: {
      tenantId,
      planId: plan.id,
      fileName: deck.fileName,
      mode: deck.mode,
      effectiveAt,
      settings: deck.settings ?? {},
      createdBy: deck.createdBy,
    },
    select: { id: true },
  });
  return id;
}

export type DeckMoment = Readonly<{
  /** When a deck's prices begin to count; null for the moment of applying. */
  effective?: string | null | undefined;
}>;

/** @throws DomainError invalid_input for a moment in the past: what has held is not rewritten. */
export function momentOf(effective: string): Date {
  const at = new Date(effective);
  if (at.getTime() >= Date.now() - LATE_MS) return at;
  const sentence = "A deck takes effect now or later; what has held is not rewritten.";
  throw new DomainError("invalid_input", { field: "effective" }, sentence);
}

export type DeckWork = Readonly<{
  planId: string;
  currency: string;
  timeZone: string;
  settings: ReturnType<typeof deckSettingsSchema.parse>;
}>;

/** What the reading of a deck's file needs to know. @throws DomainError not_found. */
export async function getDeckWork(tx: TenantRead, tenantId: TenantId, deckId: string): Promise<DeckWork> {
  const deck = await tx.deck.findUnique({
    where: { tenantId_id: { tenantId, id: deckId } },
    select: { planId: true, settings: true },
  });
  const plan =
    deck &&
    (await tx.plan.findUnique({
      where: { tenantId_id: { tenantId, id: deck.planId } },
      select: { currency: true, timeZone: true },
    }));
  if (!deck || !plan) throw new DomainError("not_found", { deck: deckId });
  return { planId: deck.planId, ...plan, settings: deckSettingsSchema.parse(deck.settings) };
}

/**
 * Makes a staged deck's prices hold, from its moment or from now, as a whole or not at all. Locks the deck and the plan.
 * Calls that are under way keep their price.
 * @returns the moment from which they hold.
 * @throws DomainError not_found; invalid_state unless it is staged and compared; deck_has_errors; deck_no_change.
 * @throws DomainError deck_stale when the plan's prices changed since it was compared: of two that race, one gets this.
 */
export async function applyDeck(tx: TenantWrite, deckId: string, actor: string): Promise<Date> {
  const [row] = await tx.$queryRaw<{ at: Date }[]>`SELECT deck_apply(${deckId}::uuid, ${actor}) AS at`;
  if (!row) throw new DomainError("not_found", { deck: deckId });
  return row.at;
}

/** A price that did not become what it was before the deck, because somebody decided otherwise since. */
export type KeptPrice = Readonly<{
  prefix: string;
  direction: "out" | "in";
  /** ISO 8601: when it ends. */
  until: string;
  /** It, or what the deck had in its place, was ended by hand, or another price was set by hand. */
  why: "ended" | "set";
}>;

export type RolledBack = Readonly<{
  /** Prices that the deck had ended and that hold again as they were. */
  restored: number;
  /** Those that do not, and the first hundred of them. */
  kept: number;
  keptPrices: readonly KeptPrice[];
}>;

/**
 * Takes an applied deck back: what held before it holds again, as if it had not been. What was ended or set by hand since stays
 * ended or set, and is told.
 * @throws DomainError not_found; invalid_state unless it is applied; deck_on_top when another one was applied after it.
 */
export async function rollBackDeck(tx: TenantWrite, deckId: string, actor: string): Promise<RolledBack> {
  const [row] = await tx.$queryRaw<RolledBack[]>`
    SELECT restored, kept, kept_prices AS "keptPrices" FROM deck_roll_back(${deckId}::uuid, ${actor})`;
  if (!row) throw new DomainError("not_found", { deck: deckId });
  return row;
}

/**
 * Drops a deck that was not applied, with its file and everything staged.
 * @throws DomainError not_found; invalid_state for one that was applied, taken back or dropped.
 */
export async function cancelDeck(tx: TenantWrite, deckId: string): Promise<void> {
  await tx.$queryRaw`SELECT deck_cancel(${deckId}::uuid)::text`;
}
