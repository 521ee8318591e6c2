import type { z } from "zod";

import type { refundSchema } from "@/server/domain/payments/payment.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ProviderName, RefundAsk, Refunded } from "@/server/infra/payments/provider";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf, formatMicros, micros } from "@/server/kernel/money";
import { enqueue } from "@/server/queue/outbox";

type Asked = z.output<typeof refundSchema>;
type Verdict = { verdict: string; possible_micros: bigint; reversal_id: string | null; currency: string };

/**
 * Refunds a payment, or a part of it: takes the money out of the wallet at once, so that it cannot be spent, and queues the
 * job that tells the provider. Locks the payment, then the wallets of the chain. The same key again refunds nothing more.
 * @throws DomainError not_found, posting_key_reused.
 * @throws DomainError refund_too_large when it is more than is left of the payment; the sentence says how much is.
 * @throws DomainError insufficient_funds when the money was spent; the sentence says how much can be refunded.
 * @throws DomainError invalid_state when nothing was paid, or the payment is disputed.
 */
export async function askRefund(tx: TenantWrite, tenantId: TenantId, asked: Asked, actor: string): Promise<string> {
  const { paymentId, amount, postingKey, note } = asked;
  const [said] = await tx.$queryRaw<Verdict[]>`
    SELECT * FROM payment_refund_ask(${paymentId}::uuid, ${amount}, ${postingKey}, ${actor}, ${note ?? ""})`;
  if (!said) throw new Error("the database answered without a verdict");
  if (said.verdict !== "asked" || said.reversal_id === null) throw refusalOf(said);
  await enqueue(tx, tenantId, "refundPayment", { reversalId: said.reversal_id });
  return said.reversal_id;
}

function refusalOf({ verdict, possible_micros: possible, currency }: Verdict): DomainError {
  const detail = { possible: decimalOf(possible), currency };
  const most = formatMicros(possible, currency);
  if (verdict === "too_large") {
    return new DomainError("refund_too_large", detail, `That is more than is left of this payment: at most ${most}.`);
  }
  if (verdict === "spent") {
    return new DomainError(
      "insufficient_funds",
      detail,
      `The money is spent or held by live calls: at most ${most} can be refunded.`,
    );
  }
  const why =
    verdict === "disputed"
      ? "The payment is disputed, so it cannot be refunded."
      : "Nothing was paid, so there is nothing to refund.";
  return new DomainError("invalid_state", detail, why);
}

/** So long a provider surely keeps the key of a refund. */
const KEY_SURE_MS = 12 * 3_600_000;

export type RefundToTell = Readonly<{ provider: ProviderName; ask: RefundAsk }>;

/** What the provider is yet to be told of a refund; undefined when it was told. */
export async function refundToTell(
  tx: TenantRead,
  tenantId: TenantId,
  reversalId: string,
  now = new Date(),
): Promise<RefundToTell | undefined> {
  const found = await tx.paymentReversal.findFirst({
    where: { tenantId, id: reversalId, state: "asked" },
    include: { payment: true },
  });
  if (!found?.payment.providerRef) return undefined;
  const { payment } = found;
  const ask = {
    refundId: found.id,
    paymentId: payment.id,
    paymentRef: payment.providerRef ?? "",
    amount: micros(found.amountMicros),
    currency: payment.currency,
    again: now.getTime() - found.createdAt.getTime() > KEY_SURE_MS,
  };
  return { provider: payment.provider as ProviderName, ask };
}

/** Writes down what the provider answered; money of a refund that failed is back in the wallet then. A repeat changes nothing. */
export async function refundTold(tx: TenantWrite, reversalId: string, said: Refunded, actor: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ outcome: string }[]>`
    SELECT payment_refund_told(${reversalId}::uuid, ${said.ref}, ${said.failed}, ${said.why}, ${actor}) AS outcome`;
  return row?.outcome ?? "";
}
