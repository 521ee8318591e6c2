import type { PaymentProvider, ProviderEvent, SavedCardFace } from "@/server/infra/payments/provider";
import { DomainError } from "@/server/kernel/errors";

/** How a visit to the test page may end; the two cards differ in what they do when they are charged later. */
export type TestAnswer = "pay" | "fail" | "save_good_card" | "save_bad_card";

const DAY_MS = 86_400_000;

/**
 * A provider that moves no money: its page is one of ours and says TEST. It keeps nothing; what it must know later stands
 * in the names it gives.
 */
export const testProvider = ({ appUrl }: Readonly<{ appUrl: string }>): PaymentProvider => ({
  name: "test",
  startCheckout: async ({ paymentId, tenantSlug }) => ({
    sessionRef: `test_session_${paymentId}`,
    url: `${appUrl}/t/${tenantSlug}/test-payment?payment=${paymentId}`,
  }),
  chargeSavedCard: async ({ paymentId, methodRef }) =>
    methodRef.endsWith("_declines")
      ? { state: "failed", why: "The test card declines." }
      : { state: "paid", ref: `test_money_${paymentId}` },
  refund: async ({ refundId }) => ({ ref: `test_refund_${refundId}`, failed: false, why: "" }),
  // Its page is ours and its charges answer at once, so there is nothing to find out; a visit ends after a day.
  look: async ({ purpose, createdAt }) =>
    purpose !== "checkout"
      ? "unknown"
      : Date.now() - createdAt.getTime() > DAY_MS
        ? { kind: "failed", why: "Nobody paid in time." }
        : "waiting",
  readWebhook: async () => {
    throw new DomainError("webhook_invalid", {}, "The test provider sends nothing.");
  },
});

/** What the test provider would tell of a visit that ended like this. */
export function testEvent(
  payment: Readonly<{ id: string; amountMicros: bigint; currency: string }>,
  answer: TestAnswer,
): ProviderEvent {
  const base = { id: `test_event_${payment.id}_${answer}`, paymentId: payment.id, paymentRef: undefined };
  if (answer === "fail") return { ...base, type: "test.failed", what: { kind: "failed", why: "Failed by hand." } };
  const paid = {
    ref: `test_money_${payment.id}`,
    amount: String(payment.amountMicros),
    currency: payment.currency.trim(),
  };
  const card = answer === "pay" ? {} : { card: cardOf(payment.id, answer === "save_good_card") };
  return { ...base, type: "test.paid", what: { kind: "paid", paid, ...card } };
}

const cardOf = (paymentId: string, good: boolean): SavedCardFace => ({
  customerRef: "test_customer",
  methodRef: `test_card_${paymentId}_${good ? "works" : "declines"}`,
  brand: "test",
  last4: good ? "4242" : "0002",
  expMonth: 12,
  expYear: 2099,
});
