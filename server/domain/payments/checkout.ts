import { randomUUID } from "node:crypto";

import type { Db } from "@/server/infra/db/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { CheckoutAsk, PaymentProvider } from "@/server/infra/payments/provider";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";

export type Begun = Readonly<{ paymentId: string; ask: CheckoutAsk }>;

type Wanted = Readonly<{
  tenantId: TenantId;
  tenantSlug: string;
  amount: Micros;
  saveCard: boolean;
  appUrl: string;
  actor: string;
}>;

/**
 * Writes down that a payment begins, before the provider is asked: whatever it tells later finds its payment.
 * @throws DomainError invalid_state for the operator, which has nobody to pay.
 * @throws DomainError currency_mismatch when the tenant has no wallet in its currency.
 */
export async function beginPayment(tx: TenantWrite, provider: PaymentProvider, wanted: Wanted): Promise<Begun> {
  const { tenantId, tenantSlug, amount, saveCard, appUrl } = wanted;
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { currency: true, name: true } });
  if (!tenant) throw new DomainError("not_found");
  const { currency } = tenant;
  const paymentId = randomUUID();
  await tx.$queryRaw`
    SELECT payment_start(${paymentId}::uuid, ${provider.name}, ${amount}, ${currency}, ${saveCard}, ${wanted.actor}) AS id`;
  const customerRef = await customerOf(tx, provider);
  const returnUrl = `${appUrl}/t/${tenantSlug}/balance`;
  const description = `Credit for ${tenant.name}`;
  return { paymentId, ask: { paymentId, tenantSlug, amount, currency, saveCard, customerRef, returnUrl, description } };
}

/** Whom the provider knows the tenant by, from a card that it left there. */
async function customerOf(tx: TenantRead, provider: PaymentProvider): Promise<string | undefined> {
  const card = await tx.savedCard.findFirst({
    where: { provider: provider.name, removedAt: null },
    orderBy: { createdAt: "desc" },
    select: { customerRef: true },
  });
  return card?.customerRef;
}

/**
 * Asks the provider for its page. When it cannot be asked the payment has failed, and nothing was charged.
 * @throws DomainError payment_provider_away.
 */
export async function openCheckout(db: Db, provider: PaymentProvider, { paymentId, ask }: Begun): Promise<string> {
  const note = (session: string | null, failure: string) =>
    db.$queryRaw`SELECT payment_session(${paymentId}::uuid, ${session}, ${failure})::text`;
  try {
    const { sessionRef, url } = await provider.startCheckout(ask);
    await note(sessionRef, "");
    return url;
  } catch (error) {
    if (error instanceof DomainError) await note(null, error.sentence);
    throw error;
  }
}
