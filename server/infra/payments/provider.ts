import type { Micros } from "@/server/kernel/money";

export type ProviderName = "stripe" | "test";

/** What the provider calls a saved card and whose it is. Never a number. */
export type CardRefs = Readonly<{ customerRef: string; methodRef: string }>;

/** A card as a person recognises it. */
export type SavedCardFace = CardRefs & Readonly<{ brand: string; last4: string; expMonth: number; expYear: number }>;

type Sum = Readonly<{ amount: Micros; currency: string }>;

export type CheckoutAsk = Sum &
  Readonly<{
    /** Ours; it comes back with every event about this payment. */
    paymentId: string;
    tenantSlug: string;
    /** What the person reads there. */
    description: string;
    saveCard: boolean;
    /** A customer that the provider knows already. */
    customerRef?: string | undefined;
    returnUrl: string;
  }>;

export type ChargeAsk = Sum & CardRefs & Readonly<{ paymentId: string; description: string }>;
export type Charged =
  | Readonly<{ state: "paid"; ref: string }>
  /** The provider will tell the end by an event. */
  | Readonly<{ state: "waiting"; ref: string }>
  | Readonly<{ state: "failed"; why: string }>;

export type RefundAsk = Sum &
  Readonly<{
    refundId: string;
    paymentId: string;
    paymentRef: string;
    /** Asked for so long ago that the provider may have forgotten the key: it is looked for first. */
    again: boolean;
  }>;
export type Refunded = Readonly<{ ref: string | null; failed: boolean; why: string }>;

/** What the provider knows to have been paid; micros as a decimal string, because it travels as JSON. */
type PaidFact = Readonly<{ ref: string; amount: string; currency: string }>;
type RefundFact = Readonly<{ ref: string; amount: string; status: string; ours: string | null; why: string }>;
type DisputeFact = Readonly<{ ref: string; amount: string; currency: string; status: "open" | "won" | "lost" }>;

export type EventFact =
  | Readonly<{ kind: "paid"; paid: PaidFact; card?: SavedCardFace }>
  | Readonly<{ kind: "failed"; why: string }>
  | Readonly<{ kind: "refunds"; refunds: readonly RefundFact[]; paid?: PaidFact }>
  | Readonly<{ kind: "dispute"; dispute: DisputeFact; paid?: PaidFact }>;

/** One event of a provider in our words. `what` is undefined for what we need not know. */
export type ProviderEvent = Readonly<{
  id: string;
  type: string;
  paymentId: string | undefined;
  /** What the provider calls the money, for events that do not carry our id. */
  paymentRef: string | undefined;
  what: EventFact | undefined;
}>;

export type LookAsk = Readonly<{
  paymentId: string;
  /** At the provider's page; the saved card by itself; the saved card by a person. */
  purpose: "checkout" | "auto" | "card";
  /** What the provider calls the visit to its page. */
  sessionRef: string | undefined;
  /** Whose saved card was charged. */
  customerRef: string | undefined;
  saveCard: boolean;
  createdAt: Date;
}>;
/** How a payment ended. waiting: it has not yet. unknown: the provider knows nothing of it. */
export type Looked = Extract<EventFact, { kind: "paid" | "failed" }> | "waiting" | "unknown";

/**
 * The way money comes from outside. Every call has a key of its own, so that a repeat moves nothing twice.
 * Each throws DomainError payment_provider_away when the provider cannot be asked or does not answer: what happened there
 * is unknown then, and the same call may be made again.
 */
export type PaymentProvider = Readonly<{
  name: ProviderName;
  /** A page at the provider where a person pays, and may leave the card. */
  startCheckout(ask: CheckoutAsk): Promise<Readonly<{ sessionRef: string; url: string }>>;
  /** Charges a saved card without a visit to the provider. A card that declines is an answer, not an error. */
  chargeSavedCard(ask: ChargeAsk): Promise<Charged>;
  refund(ask: RefundAsk): Promise<Refunded>;
  /** Asks how a payment ended of which no event came. */
  look(ask: LookAsk): Promise<Looked>;
  /**
   * Reads what the provider sent, on the raw body.
   * @throws DomainError webhook_invalid when the signature is wrong or too old.
   */
  readWebhook(body: string, signature: string | null): Promise<ProviderEvent>;
}>;
