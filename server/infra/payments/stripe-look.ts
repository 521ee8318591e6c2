import Stripe from "stripe";

import type { LookAsk, Looked } from "@/server/infra/payments/provider";
import { factOfIntent, factOfPaidSession } from "@/server/infra/payments/stripe-events";

/** Asks Stripe how a payment ended, for the case that its event never came. */
export async function lookAtStripe(stripe: Stripe, ask: LookAsk): Promise<Looked> {
  return ask.purpose === "checkout" ? ofSession(stripe, ask) : ofCharge(stripe, ask);
}

async function ofSession(stripe: Stripe, { sessionRef }: LookAsk): Promise<Looked> {
  if (!sessionRef) return "unknown";
  const session = await stripe.checkout.sessions.retrieve(sessionRef).catch(missing);
  if (!session) return "unknown";
  if (session.status === "expired") return { kind: "failed", why: "Nobody paid in time." };
  return (await factOfPaidSession(stripe, session)) ?? "waiting";
}

/** A list is up to date at once; what Stripe searches by lags behind. */
async function ofCharge(stripe: Stripe, { paymentId, customerRef, createdAt }: LookAsk): Promise<Looked> {
  if (!customerRef) return "unknown";
  const since = Math.floor(createdAt.getTime() / 1000) - 60;
  const { data } = await stripe.paymentIntents.list({ customer: customerRef, created: { gte: since }, limit: 100 });
  const intent = data.find(({ metadata }) => metadata["payment_id"] === paymentId);
  if (!intent) return "unknown";
  return intent.status === "processing" ? "waiting" : factOfIntent(intent);
}

/** The refund that was asked for before and whose answer got lost. */
export async function knownRefund(
  stripe: Stripe,
  paymentRef: string,
  refundId: string,
): Promise<Stripe.Refund | undefined> {
  const { data } = await stripe.refunds.list({ payment_intent: paymentRef, limit: 100 });
  return data.find(({ metadata }) => metadata?.["refund_id"] === refundId);
}

function missing(error: unknown): undefined {
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing") return undefined;
  throw error;
}
