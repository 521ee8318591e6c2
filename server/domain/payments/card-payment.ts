import { chargeEvent } from "@/server/domain/payments/auto-top-up";
import { receiveEvent } from "@/server/domain/payments/receive-event";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ChargeAsk, PaymentProvider } from "@/server/infra/payments/provider";
import { DomainError } from "@/server/kernel/errors";
import type { Micros } from "@/server/kernel/money";

export type CardOrder = Readonly<{
  /** Chosen by whoever asks, and the provider's key: the same order again charges nothing twice. */
  paymentId: string;
  cardId: string;
  amount: Micros;
  actor: string;
}>;

/** paid; failed, with the provider's words; or waiting, and the provider tells the end later. */
export type CardAnswer = Readonly<{ state: "paid" | "failed" | "waiting"; why: string }>;

/** The charge to ask the provider for; or what became of an order that was given before. */
export type CardBegun = Readonly<{ ask: ChargeAsk }> | Readonly<{ answer: CardAnswer }>;

type Row = {
  state: string;
  failure: string;
  fresh: boolean;
  currency: string;
  customer_ref: string;
  method_ref: string;
};

/**
 * Writes down that a saved card of the tenant acted on is to be charged, before the provider is asked.
 * @throws DomainError not_found for a card that is not there, or is another provider's.
 * @throws DomainError posting_key_reused when the id belongs to another order; currency_mismatch without a wallet.
 */
export async function beginCardPayment(
  tx: TenantWrite,
  provider: PaymentProvider,
  { paymentId, cardId, amount, actor }: CardOrder,
): Promise<CardBegun> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT * FROM payment_card_start(${paymentId}::uuid, ${provider.name}, ${cardId}::uuid, ${amount}, ${actor})`;
  if (!row) throw new Error("the database answered without a payment");
  if (row.state === "failed") return { answer: { state: "failed", why: row.failure } };
  if (row.state !== "pending") return { answer: { state: "paid", why: "" } };
  // With a key that the provider may have forgotten nothing is asked for: the look finds out what became of it.
  if (!row.fresh) return { answer: { state: "waiting", why: "" } };
  const refs = { customerRef: row.customer_ref, methodRef: row.method_ref };
  return { ask: { paymentId, amount, currency: row.currency.trim(), ...refs, description: "Top-up by saved card" } };
}

/**
 * Charges the card and books the answer, once. When the provider does not answer the order stays open: it is looked at
 * every few minutes, and the same order may be given again.
 * @throws DomainError payment_provider_away.
 */
export async function chargeCard(db: Db, provider: PaymentProvider, ask: ChargeAsk): Promise<CardAnswer> {
  const charged = await provider.chargeSavedCard(ask);
  const event = chargeEvent(ask, charged);
  if (!event) return { state: "waiting", why: "" };
  const { outcome } = await receiveEvent(db, provider.name, event);
  if (outcome === "mismatch") throw new DomainError("conflict", { payment: ask.paymentId });
  return charged.state === "failed" ? { state: "failed", why: charged.why } : { state: "paid", why: "" };
}
