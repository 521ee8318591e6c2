import { type Received, receiveEvent } from "@/server/domain/payments/receive-event";
import type { Db } from "@/server/infra/db/client";
import type { LiveChange } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import { DomainError } from "@/server/kernel/errors";

type Deps = Readonly<{
  db: Db;
  provider: PaymentProvider | undefined;
  log: Logger;
  publish: (change: LiveChange) => void;
}>;

/** A signed event is a few kilobytes; nothing longer is read. */
const MOST_BYTES = 500_000;

/**
 * Takes one event of Stripe. 200 means that it need not come again, also when it changed nothing; 4xx that it is not
 * believed; 5xx that it should come again.
 */
export async function stripeWebhook(request: Request, { db, provider, log, publish }: Deps): Promise<Response> {
  if (provider?.name !== "stripe") return answer(404, { error: "payments_off" });
  if (Number(request.headers.get("content-length") ?? 0) > MOST_BYTES) return answer(413, { error: "too_large" });
  const body = await request.text();
  if (body.length > MOST_BYTES) return answer(413, { error: "too_large" });
  try {
    const event = await provider.readWebhook(body, request.headers.get("stripe-signature"));
    const received = await receiveEvent(db, provider.name, event);
    note(log, event, received);
    for (const kind of ["balance", "audit"] as const)
      if (received.tenantId) publish({ tenantId: received.tenantId, kind });
    return answer(200, { received: true, outcome: received.outcome });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    log.warn({ code: error.code, ...error.detail }, "a payment event was not taken");
    return answer(error.code === "webhook_invalid" ? 400 : 503, { error: error.code });
  }
}

function note(log: Logger, { id, type }: { id: string; type: string }, { outcome, paymentId }: Received): void {
  const what = { event: id, type, outcome, paymentId };
  if (outcome === "mismatch")
    log.error(what, "a payment event does not fit the payment: money came that was not credited");
  else log.info(what, "a payment event was taken");
}

const answer = (status: number, body: object): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });
