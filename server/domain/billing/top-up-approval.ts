import type { Movement } from "@/server/domain/billing/billing.schema";
import { type Moved, type Payer, type Receiver, topUp } from "@/server/domain/billing/movements";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

/** Money that moved, or the name under which it waits for a second person. */
export type MovedOrWaits = Readonly<{
  transactionId: string | null;
  pendingId: string | null;
  currency: string;
  amount: Micros;
  /** What one person posted alone within 24 hours, when it waits for that. */
  postedAlone?: Micros;
}>;

/** Whether a name of the ledger is a person's. An account of the machine may be anybody's, also of the one who asked. */
export const isPerson = (actor: string): boolean => actor.startsWith("user:");

/** Where money goes, and who posts it under which name. */
type Posting = Readonly<{ tenantId: TenantId | null; currency: string; postingKey: string; actor: string }>;

/**
 * What one person posted in a currency below the operator in the last 24 hours without a second one, and whether the name was used
 * already. Locks what the operator posts in it, before any wallet: of two at once the second counts what the first posted.
 */
async function postedAlone(
  tx: TenantWrite,
  { tenantId, currency, postingKey, actor }: Posting,
): Promise<Readonly<{ alone: bigint; known: boolean }>> {
  const [row] = await tx.$queryRaw<{ alone: bigint; known: boolean }[]>`
    SELECT posted_micros AS alone, known FROM wallet_posted_alone(${tenantId}::uuid, ${currency}, ${postingKey}, ${actor})`;
  if (!row) throw new Error("the database answered without a sum");
  return row;
}

/**
 * Tops a wallet up as `topUp` does; what the operator posts above the limit, together with what the same person posted alone in
 * the last 24 hours, waits for a second person instead. Locks what the operator posts in the currency, then the wallet. The same key again answers with what became of it.
 * @throws DomainError as topUp; invalid_state when a second person rejected it; approval_in_person above the limit for whoever
 * is not a person of the portal.
 */
export async function topUpOrAsk(
  tx: TenantWrite,
  payer: Payer,
  receiver: Receiver,
  movement: Movement,
  { actor, limit }: Readonly<{ actor: string; limit: Micros }>,
): Promise<MovedOrWaits> {
  const currency = movement.currency ?? receiver.currency;
  const { amount, postingKey, memo } = movement;
  const post = async () => ({ pendingId: null, ...(await topUp(tx, payer, receiver, movement, actor)) });
  if (payer.kind !== "operator") return post();
  const { alone, known } = await postedAlone(tx, { tenantId: receiver.tenantId, currency, postingKey, actor });
  const asked = await tx.pendingTopUp.count({ where: { tenantId: payer.tenantId, postingKey } });
  if (asked === 0 && (known || alone + amount <= limit)) return post();
  if (!isPerson(actor)) throw new DomainError("approval_in_person");
  if (receiver.tenantId === payer.tenantId) throw new DomainError("not_below", { field: "tenant" });
  if (currency !== receiver.currency) throw new DomainError("currency_mismatch");
  // One key names one top-up, also for two requests at once: the second waits here for the first.
  await tx.$executeRaw`
    INSERT INTO pending_top_up (tenant_id, receiver_id, currency, amount_micros, posting_key, memo, asked_by, posted_alone_micros)
    VALUES (${payer.tenantId}::uuid, ${receiver.tenantId}::uuid, ${currency}, ${amount}, ${postingKey}, ${memo ?? "Top-up"}, ${actor},
      ${amount <= limit ? alone : null}::bigint)
    ON CONFLICT (tenant_id, posting_key) DO NOTHING`;
  const kept = await tx.pendingTopUp.findFirst({ where: { tenantId: payer.tenantId, postingKey } });
  if (!kept || kept.amountMicros !== amount || kept.receiverId !== receiver.tenantId || kept.currency !== currency) {
    throw new DomainError("posting_key_reused");
  }
  if (kept.state === "rejected") {
    throw new DomainError("invalid_state", {}, "That top-up was rejected by a second person.");
  }
  const { postedAloneMicros: before } = kept;
  const why = before !== null && kept.transactionId === null ? { postedAlone: micros(before) } : {};
  return { transactionId: kept.transactionId, pendingId: kept.id, currency, amount, ...why };
}

export type PendingRow = Readonly<{
  id: string;
  toSlug: string;
  toName: string;
  currency: string;
  amountMicros: Micros;
  memo: string;
  askedAt: Date;
  askedBy: string;
  /** As people call them; the account's name for the command line. */
  askedByName: string;
  state: string;
  decidedAt: Date | null;
  decidedBy: string | null;
  decidedByName: string | null;
  /** Whoever asked may not approve. */
  own: boolean;
  /** It waits because its receiver asked for it, and nobody agreed yet. */
  byReceiver: boolean;
  /** What whoever asked had posted alone in the 24 hours before, when only with that it is above the limit. */
  postedAloneMicros: Micros | null;
}>;

/**
 * What waits for a second person, and what was decided in the last thirty days; the newest first. Wants a subtree transaction.
 * @param actor who looks, as the ledger would name them.
 */
export async function listPendingTopUps(
  tx: TenantRead,
  tenantId: TenantId,
  actor: string,
): Promise<readonly PendingRow[]> {
  const rows = await tx.$queryRaw<
    (Omit<PendingRow, "amountMicros" | "postedAloneMicros"> & {
      amountMicros: bigint;
      postedAloneMicros: bigint | null;
    })[]
  >`
    SELECT p.id, t.slug AS "toSlug", t.name AS "toName", p.currency, p.amount_micros AS "amountMicros", p.memo, p.asked_at AS "askedAt",
      p.asked_by AS "askedBy", p.state, p.decided_at AS "decidedAt", p.decided_by AS "decidedBy", p.asked_by = ${actor} AS own,
      p.by_receiver AS "byReceiver", p.posted_alone_micros AS "postedAloneMicros",
      coalesce(a.name, a.email, p.asked_by) AS "askedByName",
      coalesce(d.name, d.email, p.decided_by) AS "decidedByName"
    FROM pending_top_up p JOIN tenant t ON t.id = p.receiver_id
      LEFT JOIN person a ON p.asked_by = 'user:' || a.id LEFT JOIN person d ON p.decided_by = 'user:' || d.id
    WHERE p.tenant_id = ${tenantId}::uuid AND (p.state = 'pending' OR p.decided_at > now() - interval '30 days')
    ORDER BY (p.state = 'pending') DESC, p.asked_at DESC, p.id LIMIT 200`;
  return rows.map(({ amountMicros, postedAloneMicros: before, ...row }) => ({
    ...row,
    amountMicros: micros(amountMicros),
    postedAloneMicros: before === null ? null : micros(before),
  }));
}

export type Decided = Moved & { readonly receiverId: TenantId };

/**
 * Decides about a waiting top-up of the tenant acted on: approved it is posted now, rejected never. One above the operator's
 * limit, by itself or with what the same person posted alone in the last 24 hours, that its receiver or no person of the portal asked
 * for is from now on asked for by the first who approves: no transaction yet, and a second one decides. Locks it, then as topUpOrAsk.
 * @throws DomainError not_found; invalid_state when it was decided already; approval_by_another for whoever asked for it;
 * approval_in_person above the limit for whoever is not a person of the portal.
 */
export async function decideTopUp(
  tx: TenantWrite,
  payer: Payer,
  topUpId: string,
  { approve, actor, limit }: Readonly<{ approve: boolean; actor: string; limit: Micros }>,
): Promise<Omit<Decided, "transactionId"> & { transactionId: string | null }> {
  const [kept] = await tx.$queryRaw<
    {
      state: string;
      receiver_id: TenantId;
      currency: string;
      amount_micros: bigint;
      posting_key: string;
      memo: string;
      asked_by: string;
      by_receiver: boolean;
    }[]
  >`SELECT state, receiver_id, currency, amount_micros, posting_key, memo, asked_by, by_receiver
    FROM pending_top_up WHERE tenant_id = ${payer.tenantId}::uuid AND id = ${topUpId}::uuid FOR UPDATE`;
  if (!kept) throw new DomainError("not_found");
  if (kept.state !== "pending") {
    throw new DomainError("invalid_state", { state: kept.state }, `That top-up was ${kept.state} already.`);
  }
  // To withdraw what one asked for is no second opinion, and needs none.
  if (approve && kept.asked_by === actor) throw new DomainError("approval_by_another");
  const { currency } = kept;
  const amount = micros(kept.amount_micros);
  const receiverId = kept.receiver_id;
  // What a person of the operator asked for waits because one person may not post it, also when the day has passed since.
  const counts = approve && payer.kind === "operator" && kept.by_receiver;
  const posting = { tenantId: receiverId, currency, postingKey: kept.posting_key, actor };
  const alone = counts ? (await postedAlone(tx, posting)).alone : 0n;
  const byTwo = approve && payer.kind === "operator" && (!kept.by_receiver || alone + amount > limit);
  if (byTwo && !isPerson(actor)) throw new DomainError("approval_in_person");
  if (byTwo && (kept.by_receiver || !isPerson(kept.asked_by))) {
    await tx.$executeRaw`
      UPDATE pending_top_up SET by_receiver = false, asked_by = ${actor}, asked_at = clock_timestamp(),
        posted_alone_micros = ${counts && amount <= limit ? alone : null}::bigint
      WHERE tenant_id = ${payer.tenantId}::uuid AND id = ${topUpId}::uuid`;
    return { transactionId: null, currency, amount, receiverId };
  }
  const movement = { amount, currency, postingKey: kept.posting_key, memo: kept.memo };
  const moved = approve ? await topUp(tx, payer, { tenantId: receiverId, currency }, movement, actor) : undefined;
  await tx.$executeRaw`
    UPDATE pending_top_up SET state = ${approve ? "approved" : "rejected"}, decided_by = ${actor}, decided_at = clock_timestamp(),
      transaction_id = ${moved?.transactionId ?? null}::uuid WHERE tenant_id = ${payer.tenantId}::uuid AND id = ${topUpId}::uuid`;
  return { transactionId: moved?.transactionId ?? null, currency, amount, receiverId };
}

type Credit = Readonly<{ amount: bigint; currency: string }>;
type By = Readonly<{ actor: string; limit: bigint }>;

/**
 * Whether one person may post so much below the payer as credit of tenants that are about to be made, with what they posted alone in the
 * last 24 hours. Resellers pay with what they have. Locks as topUpOrAsk.
 */
export async function mayPostAlone(
  tx: TenantWrite,
  payer: Payer,
  { amount, currency }: Credit,
  { actor, limit }: By,
): Promise<boolean> {
  if (payer.kind !== "operator" || amount === 0n) return true;
  const { alone } = await postedAlone(tx, { tenantId: null, currency, postingKey: "", actor });
  return alone + amount <= limit;
}

/**
 * A tenant is not made with more credit than one person may post alone, with what they posted in the last 24 hours. Locks as topUpOrAsk.
 * @throws DomainError invalid_input naming the field.
 */
export async function checkInitialCredit(tx: TenantWrite, payer: Payer, credit: Credit, by: By): Promise<void> {
  if (await mayPostAlone(tx, payer, credit, by)) return;
  const sentence =
    "With what was posted in the last 24 hours that is more than one person may post alone: make the tenant without credit, then top it up.";
  throw new DomainError("invalid_input", { field: "initialCredit" }, sentence);
}
