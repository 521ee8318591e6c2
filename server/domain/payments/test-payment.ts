import type { PaymentRow } from "@/server/domain/payments/payments";
import { type Received, receiveEvent } from "@/server/domain/payments/receive-event";
import type { Db } from "@/server/infra/db/client";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import { type TestAnswer, testEvent } from "@/server/infra/payments/test-provider";
import { DomainError } from "@/server/kernel/errors";

/** Whether this payment is one of the test provider, and that provider is switched on. */
export const isTestPayment = (provider: PaymentProvider | undefined, payment: PaymentRow): boolean =>
  provider?.name === "test" && payment.provider === "test";

/**
 * Ends a visit to the test page, by the same way as a provider's event. A repeat changes nothing.
 * @throws DomainError payments_off unless the test provider is switched on and the payment is one of its own.
 */
export async function answerTestPayment(
  db: Db,
  provider: PaymentProvider | undefined,
  payment: PaymentRow,
  answer: TestAnswer,
): Promise<Received> {
  if (!isTestPayment(provider, payment)) throw new DomainError("payments_off");
  return receiveEvent(db, "test", testEvent(payment, answer));
}
