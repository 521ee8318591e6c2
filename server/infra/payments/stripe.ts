import Stripe from "stripe";

import { toMinor } from "@/server/infra/payments/minor-units.rules";
import type {
  ChargeAsk,
  Charged,
  CheckoutAsk,
  PaymentProvider,
  ProviderEvent,
  RefundAsk,
  Refunded,
} from "@/server/infra/payments/provider";
import { factOf } from "@/server/infra/payments/stripe-events";
import { knownRefund, lookAtStripe } from "@/server/infra/payments/stripe-look";
import { DomainError } from "@/server/kernel/errors";

type Options = Readonly<{ secretKey: string; webhookSecret: string; apiBase?: string | undefined }>;

/** Older than this a signed event is a replay. Stripe signs each attempt to deliver anew. */
const TOLERANCE_S = 300;
const TIMEOUT_MS = 10_000;

/** Payments through Stripe: Checkout for people, PaymentIntents for the saved card, refunds, and signed webhooks. */
export function stripeProvider({ secretKey, webhookSecret, apiBase }: Options): PaymentProvider {
  const stripe = new Stripe(secretKey, {
    ...placeOf(apiBase),
    telemetry: false,
    maxNetworkRetries: 2,
    timeout: TIMEOUT_MS,
  });
  return {
    name: "stripe",
    startCheckout: (ask) => asked(() => checkout(stripe, ask)),
    chargeSavedCard: (ask) => asked(() => charged(stripe, ask)),
    refund: (ask) => asked(() => refunded(stripe, ask)),
    look: (ask) => asked(() => lookAtStripe(stripe, ask)),
    readWebhook: async (body, signature) => {
      const event = verified(stripe, body, signature, webhookSecret);
      return asked(() => readEvent(stripe, event));
    },
  };
}

async function checkout(stripe: Stripe, ask: CheckoutAsk): Promise<{ sessionRef: string; url: string }> {
  const metadata = { payment_id: ask.paymentId, purpose: "checkout", save_card: ask.saveCard ? "yes" : "no" };
  const price = {
    currency: ask.currency.toLowerCase(),
    unit_amount: minorOf(ask),
    product_data: { name: ask.description },
  };
  const session = await stripe.checkout.sessions.create(
    {
      mode: "payment",
      client_reference_id: ask.paymentId,
      metadata,
      line_items: [{ quantity: 1, price_data: price }],
      payment_intent_data: { metadata, ...(ask.saveCard ? { setup_future_usage: "off_session" } : {}) },
      ...customerOf(ask),
      success_url: `${ask.returnUrl}?paid=${ask.paymentId}`,
      cancel_url: ask.returnUrl,
    },
    { idempotencyKey: `checkout:${ask.paymentId}` },
  );
  if (!session.url) throw new DomainError("payment_provider_away");
  return { sessionRef: session.id, url: session.url };
}

async function charged(stripe: Stripe, ask: ChargeAsk): Promise<Charged> {
  const intent = await stripe.paymentIntents
    .create(
      {
        amount: minorOf(ask),
        currency: ask.currency.toLowerCase(),
        customer: ask.customerRef,
        payment_method: ask.methodRef,
        description: ask.description,
        off_session: true,
        confirm: true,
        metadata: { payment_id: ask.paymentId, purpose: "auto" },
      },
      { idempotencyKey: `charge:${ask.paymentId}` },
    )
    .catch(declined);
  if ("why" in intent) return { state: "failed", why: intent.why };
  if (intent.status === "succeeded") return { state: "paid", ref: intent.id };
  if (intent.status === "processing") return { state: "waiting", ref: intent.id };
  return { state: "failed", why: `The card needs its owner (${intent.status}).` };
}

function verified(stripe: Stripe, body: string, signature: string | null, secret: string): Stripe.Event {
  try {
    return stripe.webhooks.constructEvent(body, signature ?? "", secret, TOLERANCE_S);
  } catch {
    // The library's message quotes what was sent; ours does not.
    throw new DomainError("webhook_invalid");
  }
}

async function readEvent(stripe: Stripe, event: Stripe.Event): Promise<ProviderEvent> {
  const fact = await factOf(stripe, event);
  return { id: event.id, type: event.type, ...fact };
}

async function refunded(stripe: Stripe, ask: RefundAsk): Promise<Refunded> {
  const known = ask.again ? await knownRefund(stripe, ask.paymentRef, ask.refundId) : undefined;
  if (known) return answerOf(known);
  const refund = await stripe.refunds
    .create(
      {
        payment_intent: ask.paymentRef,
        amount: minorOf(ask),
        metadata: { refund_id: ask.refundId, payment_id: ask.paymentId },
      },
      { idempotencyKey: `refund:${ask.refundId}` },
    )
    .catch(declined);
  if ("why" in refund) return { ref: null, failed: true, why: refund.why };
  return answerOf(refund);
}

function answerOf(refund: Stripe.Refund): Refunded {
  const failed = refund.status === "failed" || refund.status === "canceled";
  return { ref: refund.id, failed, why: failed ? (refund.failure_reason ?? refund.status ?? "") : "" };
}

const customerOf = ({ customerRef, saveCard }: { customerRef?: string | undefined; saveCard: boolean }) =>
  customerRef ? { customer: customerRef } : saveCard ? ({ customer_creation: "always" } as const) : {};

function minorOf({ amount, currency }: { amount: bigint; currency: string }): number {
  const minor = toMinor(amount, currency);
  if (minor !== undefined) return minor;
  throw new DomainError(
    "invalid_input",
    { field: "amount" },
    `A card cannot be charged a fraction of a cent of ${currency}.`,
  );
}

/** A refusal of this very request is an answer; that Stripe cannot be asked is an error. */
function declined(error: unknown): { why: string } {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  if (error instanceof StripeCardError || error instanceof StripeInvalidRequestError) {
    return { why: (error.code ? `${error.message} (${error.code})` : error.message).slice(0, 190) };
  }
  throw error;
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    // Only the kind of the trouble: messages may quote keys.
    throw new DomainError("payment_provider_away", { type: error.type, status: error.statusCode ?? 0 });
  }
}

function placeOf(apiBase: string | undefined): Stripe.StripeConfig {
  if (!apiBase) return {};
  const { protocol, hostname, port } = new URL(apiBase);
  return {
    protocol: protocol === "http:" ? "http" : "https",
    host: hostname,
    port: port || (protocol === "http:" ? 80 : 443),
  };
}
