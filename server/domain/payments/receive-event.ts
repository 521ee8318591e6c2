import { type Changed, change } from "@/server/domain/audit/change";
import type { Db } from "@/server/infra/db/client";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { ProviderEvent, ProviderName } from "@/server/infra/payments/provider";
import type { TenantId } from "@/server/kernel/ids";

export type Received = Readonly<{
  /** paid, repeat, mismatch, failed, refunded, refund_failed, dispute_open, dispute_won, dispute_lost, ignored or unknown. */
  outcome: string;
  tenantId: TenantId | undefined;
  paymentId: string | undefined;
}>;

/**
 * Applies what a provider told, once, whatever is late, repeated or out of order. The payment's row is locked, then the
 * wallets of its chain by id. An event about no payment of ours is kept and changes nothing.
 */
export async function receiveEvent(db: Db, provider: ProviderName, event: ProviderEvent): Promise<Received> {
  const { what } = event;
  if (!what) return { outcome: "ignored", tenantId: undefined, paymentId: undefined };
  const [known] = await db.$queryRaw<
    { known: boolean }[]
  >`SELECT payment_event_known(${provider}, ${event.id}) AS known`;
  const [found] = await db.$queryRaw<{ tenant_id: TenantId; payment_id: string }[]>`
    SELECT * FROM payment_find(${provider}, ${event.paymentId ?? null}::uuid, ${event.paymentRef ?? null})`;
  if (!found) {
    await db.$queryRaw`SELECT payment_event_foreign(${provider}, ${event.id}, ${event.type})::text`;
    return { outcome: "unknown", tenantId: undefined, paymentId: undefined };
  }
  const { tenant_id: tenantId, payment_id: paymentId } = found;
  if (known?.known) return { outcome: "repeat", tenantId, paymentId };
  const actor = { kind: "job", id: `payments.${provider}`, requestId: event.id.slice(0, 100) } as const;
  const outcome = await translatingSqlErrors(() =>
    change(db, { tenantId, actor, action: "billing.payment_event" }, async (tx): Promise<Changed<string>> => {
      const [row] = await tx.$queryRaw<{ outcome: string }[]>`
        SELECT payment_event_apply(${provider}, ${event.id}, ${event.type}, ${paymentId}::uuid, ${JSON.stringify(what)}::jsonb,
          ${`provider:${provider}`}) AS outcome`;
      const result = row?.outcome ?? "";
      return { subject: `payment:${paymentId}`, after: { event: event.type, outcome: result }, result };
    }),
  );
  return { outcome, tenantId, paymentId };
}
