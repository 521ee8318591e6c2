import type Stripe from "stripe";

import { fromMinor } from "@/server/infra/payments/minor-units.rules";
import type { EventFact, ProviderEvent, SavedCardFace } from "@/server/infra/payments/provider";

type Fact = Pick<ProviderEvent, "paymentId" | "paymentRef" | "what">;
type Ended = Extract<EventFact, { kind: "paid" | "failed" }>;
type Paid = Extract<EventFact, { kind: "paid" }>["paid"];

const nothing: Fact = { paymentId: undefined, paymentRef: undefined, what: undefined };
const isId = (text: string | null | undefined): text is string =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text ?? "");
const ours = (metadata: Stripe.Metadata | null | undefined): string | undefined =>
  isId(metadata?.["payment_id"]) ? metadata["payment_id"] : undefined;
const refOf = (thing: string | { id: string } | null | undefined): string | undefined =>
  typeof thing === "string" ? thing : thing?.id;
const sum = (amount: number, currency: string) => ({
  amount: String(fromMinor(amount, currency)),
  currency: currency.toUpperCase(),
});

/**
 * What a verified event means to us. Refunds and disputes do not carry our id, so their payment is asked for; it says as
 * well that the money had come, for the case that nobody told us yet.
 */
export async function factOf(stripe: Stripe, event: Stripe.Event): Promise<Fact> {
  switch (event.type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
      return ofPaidSession(stripe, event.data.object);
    case "checkout.session.async_payment_failed":
      return ofSession(event.data.object, { kind: "failed", why: "The payment did not go through." });
    case "checkout.session.expired":
      return ofSession(event.data.object, { kind: "failed", why: "Nobody paid in time." });
    case "payment_intent.succeeded":
    case "payment_intent.payment_failed":
      return ofIntent(event.data.object);
    case "charge.refunded": {
      const intent = refOf(event.data.object.payment_intent);
      if (!intent) return nothing;
      const { data } = await stripe.refunds.list({ payment_intent: intent, limit: 100 });
      return ofMoneyBack(stripe, intent, { kind: "refunds", refunds: data.map(refundOf) });
    }
    case "refund.created":
    case "refund.updated":
    case "refund.failed":
    case "charge.refund.updated": {
      const refund = event.data.object;
      return ofMoneyBack(stripe, refOf(refund.payment_intent), { kind: "refunds", refunds: [refundOf(refund)] });
    }
    case "charge.dispute.created":
    case "charge.dispute.updated":
    case "charge.dispute.closed":
    case "charge.dispute.funds_withdrawn":
    case "charge.dispute.funds_reinstated":
      return ofDispute(stripe, event.data.object);
    default:
      return nothing;
  }
}

/** The money of a visit to the page; undefined while there is none. */
export async function factOfPaidSession(stripe: Stripe, session: Stripe.Checkout.Session): Promise<Ended | undefined> {
  const { what } = await ofPaidSession(stripe, session);
  return what?.kind === "paid" ? what : undefined;
}

/** How the charge of a saved card ended. */
export const factOfIntent = (intent: Stripe.PaymentIntent): Ended =>
  intent.status === "succeeded"
    ? { kind: "paid", paid: paidOf(intent) }
    : { kind: "failed", why: intent.last_payment_error?.message?.slice(0, 190) ?? "The card was declined." };

function ofSession(session: Stripe.Checkout.Session, what: EventFact | undefined): Fact {
  const paymentId =
    ours(session.metadata) ?? (isId(session.client_reference_id) ? session.client_reference_id : undefined);
  return { paymentId, paymentRef: refOf(session.payment_intent), what };
}

async function ofPaidSession(stripe: Stripe, session: Stripe.Checkout.Session): Promise<Fact> {
  const intent = refOf(session.payment_intent);
  // A method that takes days completes the session first and tells the money later.
  if (session.payment_status !== "paid" || !intent) return ofSession(session, undefined);
  const paid = { ref: intent, ...sum(session.amount_total ?? 0, session.currency ?? "") };
  const card = session.metadata?.["save_card"] === "yes" ? await cardOf(stripe, intent) : undefined;
  return ofSession(session, { kind: "paid", paid, ...(card ? { card } : {}) });
}

async function cardOf(stripe: Stripe, intentId: string): Promise<SavedCardFace | undefined> {
  const intent = await stripe.paymentIntents.retrieve(intentId, { expand: ["payment_method"] });
  const method = intent.payment_method;
  const customerRef = refOf(intent.customer);
  if (!method || typeof method === "string" || !method.card || !customerRef) return undefined;
  const { brand, last4, exp_month: expMonth, exp_year: expYear } = method.card;
  return { customerRef, methodRef: method.id, brand, last4, expMonth, expYear };
}

/** Only of the saved card: at the page a person may try again, and the session tells the end. */
function ofIntent(intent: Stripe.PaymentIntent): Fact {
  if (intent.metadata["purpose"] !== "auto") return nothing;
  return { paymentId: ours(intent.metadata), paymentRef: intent.id, what: factOfIntent(intent) };
}

const paidOf = (intent: Stripe.PaymentIntent): Paid => ({
  ref: intent.id,
  ...sum(intent.amount_received, intent.currency),
});

async function ofMoneyBack(
  stripe: Stripe,
  intentId: string | undefined,
  what: Extract<EventFact, { kind: "refunds" | "dispute" }>,
): Promise<Fact> {
  if (!intentId) return nothing;
  const intent = await stripe.paymentIntents.retrieve(intentId);
  const paid = intent.status === "succeeded" ? { paid: paidOf(intent) } : {};
  return { paymentId: ours(intent.metadata), paymentRef: intentId, what: { ...what, ...paid } };
}

const refundOf = (refund: Stripe.Refund) => ({
  ref: refund.id,
  amount: sum(refund.amount, refund.currency).amount,
  status: refund.status ?? "pending",
  ours: isId(refund.metadata?.["refund_id"]) ? refund.metadata["refund_id"] : null,
  why: refund.failure_reason ?? "",
});

async function ofDispute(stripe: Stripe, dispute: Stripe.Dispute): Promise<Fact> {
  const { status } = dispute;
  // An inquiry takes no money yet.
  if (status.startsWith("warning") || status === "prevented") return nothing;
  const end: "won" | "lost" | "open" = status === "won" ? "won" : status === "lost" ? "lost" : "open";
  const told = { ref: dispute.id, ...sum(dispute.amount, dispute.currency), status: end } as const;
  return ofMoneyBack(stripe, refOf(dispute.payment_intent), { kind: "dispute", dispute: told });
}
