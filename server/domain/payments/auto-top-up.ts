import type { AutoTopUpInput } from "@/server/domain/payments/auto-top-up.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type {
  ChargeAsk,
  Charged,
  PaymentProvider,
  ProviderEvent,
  ProviderName,
} from "@/server/infra/payments/provider";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf, type Micros, micros } from "@/server/kernel/money";

export type AutoTopUp = Readonly<{
  /** on, paused (after three failures, or without its card) or off. */
  state: string;
  cardId: string;
  /** The card that is charged; null once it was removed. */
  last4: string | null;
  thresholdMicros: Micros;
  amountMicros: Micros;
  monthlyMicros: Micros;
  /** Charged by itself since the first of this month, on the tenant's calendar. */
  chargedMicros: Micros;
  /** Another charge would pass the month's maximum. */
  monthReached: boolean;
  /** Failures since the last charge that went through. */
  failures: number;
  /** What the provider said to the last of them. */
  note: string;
}>;

/** How the tenant acted on tops itself up; undefined when that was never set up. */
export async function getAutoTopUp(
  tx: TenantRead,
  tenantId: TenantId,
  now = new Date(),
): Promise<AutoTopUp | undefined> {
  const found = await tx.autoTopUp.findUnique({ where: { tenantId } });
  if (!found) return undefined;
  const card = await tx.savedCard.findFirst({ where: { tenantId, id: found.cardId, removedAt: null } });
  const [sum] = await tx.$queryRaw<{ charged: bigint }[]>`SELECT auto_top_up_charged(${now}) AS charged`;
  const charged = sum?.charged ?? 0n;
  return {
    state: found.state,
    cardId: found.cardId,
    last4: card?.last4 ?? null,
    thresholdMicros: micros(found.thresholdMicros),
    amountMicros: micros(found.amountMicros),
    monthlyMicros: micros(found.monthlyMicros),
    chargedMicros: micros(charged),
    monthReached: charged + found.amountMicros > found.monthlyMicros,
    failures: found.failures,
    note: found.note,
  };
}

/**
 * Turns automatic top-ups on for the tenant acted on, as asked for; failures and a reached maximum are forgotten. Locks the
 * wallet, then the settings. Below the threshold already, the first charge begins at once.
 * @throws DomainError not_found for a card that is not there; invalid_state for the operator.
 * @throws DomainError invalid_input when a month would not allow a single charge.
 */
export async function setAutoTopUp(
  tx: TenantWrite,
  tenantId: TenantId,
  input: AutoTopUpInput,
  actor: string,
): Promise<TopUpValues | undefined> {
  const { cardId, threshold, amount, monthly } = input;
  if (monthly < amount) {
    const sentence = "The month's maximum is less than one charge: choose a larger one, or charge less at once.";
    throw new DomainError("invalid_input", { field: "monthly" }, sentence);
  }
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('auto_top_up:' || ${tenantId}, 0))::text`;
  const before = await tx.autoTopUp.findUnique({ where: { tenantId } });
  await tx.$queryRaw`SELECT auto_top_up_set(${cardId}::uuid, ${threshold}, ${amount}, ${monthly}, ${actor})::text`;
  return before
    ? auditOfTopUp({
        cardId: before.cardId,
        threshold: before.thresholdMicros,
        amount: before.amountMicros,
        monthly: before.monthlyMicros,
      })
    : undefined;
}

/** A card as people know it, removed ones too; empty for none. */
export async function cardName(tx: TenantRead, tenantId: TenantId, cardId: string): Promise<string> {
  const card = await tx.savedCard.findUnique({ where: { tenantId_id: { tenantId, id: cardId } } });
  return card ? `${card.brand.charAt(0).toUpperCase()}${card.brand.slice(1)} ${card.last4}` : "";
}

type TopUpValues = Readonly<{ card: string; threshold: string; amount: string; monthly: string }>;

/** What the trail keeps of the settings. */
export const auditOfTopUp = (
  of: Readonly<{ cardId: string; threshold: bigint; amount: bigint; monthly: bigint }>,
): TopUpValues => ({
  card: of.cardId,
  threshold: decimalOf(of.threshold),
  amount: decimalOf(of.amount),
  monthly: decimalOf(of.monthly),
});

/**
 * Stops automatic top-ups of the tenant acted on, or lets them go on after a pause. A charge that is under way is not called
 * back. Locks the wallet, then the settings. A repeat changes nothing.
 * @throws DomainError invalid_state when it was never set up.
 */
export async function switchAutoTopUp(tx: TenantWrite, state: "on" | "off", actor: string): Promise<void> {
  await tx.$queryRaw`SELECT auto_top_up_switch(${state}, ${actor})::text`;
}

type Verdict = "charge" | "again" | "off" | "enough" | "later" | "waits" | "suspended" | "paused" | "capped";
export type Begun = Readonly<{ verdict: Verdict; walletId: string | null; ask: ChargeAsk | undefined }>;

/**
 * Begins the charge of the saved card of the tenant acted on, if there is one to make now: below the threshold, not paused,
 * within the month's maximum, and no other under way. Locks the wallet, then the settings, so that of two at once the
 * second is told of the charge of the first ("again").
 */
export async function beginAutoTopUp(tx: TenantWrite, provider: ProviderName, now = new Date()): Promise<Begun> {
  type Row = {
    verdict: Verdict;
    wallet_id: string | null;
    payment_id: string | null;
    amount_micros: bigint | null;
    currency: string | null;
    customer_ref: string | null;
    method_ref: string | null;
  };
  const [row] = await tx.$queryRaw<Row[]>`SELECT * FROM auto_top_up_begin(${provider}, ${now})`;
  if (!row) throw new Error("the database answered without a verdict");
  const ask = row.payment_id
    ? {
        paymentId: row.payment_id,
        amount: micros(row.amount_micros ?? 0n),
        currency: (row.currency ?? "").trim(),
        customerRef: row.customer_ref ?? "",
        methodRef: row.method_ref ?? "",
        description: "Automatic top-up",
      }
    : undefined;
  return { verdict: row.verdict, walletId: row.wallet_id, ask };
}

/**
 * What the provider said to a charge, as the event that it would send: the same charge always makes the same, so that the
 * answer and the provider's own event count once. undefined while it waits for the end.
 */
export function chargeEvent(ask: ChargeAsk, charged: Charged): ProviderEvent | undefined {
  if (charged.state === "waiting") return undefined;
  const base = {
    id: `charge:${ask.paymentId}:${charged.state}`,
    paymentId: ask.paymentId,
    type: `charge.${charged.state}`,
  };
  if (charged.state === "failed") {
    return { ...base, paymentRef: undefined, what: { kind: "failed", why: charged.why } };
  }
  const paid = { ref: charged.ref, amount: String(ask.amount), currency: ask.currency };
  return { ...base, paymentRef: charged.ref, what: { kind: "paid", paid } };
}

/**
 * The card's provider must be the one that is switched on here, or nothing could be charged.
 * @throws DomainError payments_off.
 */
export function requireProvider(provider: PaymentProvider | undefined): PaymentProvider {
  if (!provider) throw new DomainError("payments_off");
  return provider;
}
