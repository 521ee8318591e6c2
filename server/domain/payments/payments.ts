import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type PaymentRow = Readonly<{
  id: string;
  at: Date;
  provider: string;
  /** checkout: a person at the provider's page. auto: the saved card. */
  purpose: string;
  state: string;
  failure: string;
  /** Whether the card is kept once it paid, for payments without anybody there. */
  saveCard: boolean;
  currency: string;
  amountMicros: Micros;
  refundedMicros: Micros;
  disputedMicros: Micros;
  /** What a refund may still give back of it, whatever the wallet holds. */
  leftMicros: Micros;
  reversals: readonly Readonly<{
    id: string;
    at: Date;
    kind: string;
    state: string;
    amountMicros: Micros;
    note: string;
  }>[];
}>;

const PAGE = 50;

const row = {
  include: { reversals: { orderBy: { createdAt: "asc" } } },
} as const;

/** The last fifty payments of the tenant acted on, the newest first. */
export async function listPayments(tx: TenantRead, tenantId: TenantId): Promise<readonly PaymentRow[]> {
  const found = await tx.payment.findMany({
    where: { tenantId },
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    take: PAGE,
    ...row,
  });
  return found.map(rowOf);
}

/**
 * One payment of the tenant acted on.
 * @throws DomainError not_found.
 */
export async function getPayment(tx: TenantRead, tenantId: TenantId, paymentId: string): Promise<PaymentRow> {
  const found = await tx.payment.findFirst({ where: { tenantId, id: paymentId }, ...row });
  if (!found) throw new DomainError("not_found");
  return rowOf(found);
}

type Found = Awaited<ReturnType<TenantRead["payment"]["findMany"]>>[number] & {
  reversals: Awaited<ReturnType<TenantRead["paymentReversal"]["findMany"]>>;
};

function rowOf(found: Found): PaymentRow {
  const { amountMicros, refundedMicros, disputedMicros, transactionId, reversals } = found;
  const back = refundedMicros + disputedMicros;
  const left = transactionId === null || back > amountMicros ? 0n : amountMicros - back;
  return {
    id: found.id,
    at: found.createdAt,
    provider: found.provider,
    purpose: found.purpose,
    state: found.state,
    failure: found.failure,
    saveCard: found.saveCard,
    currency: found.currency,
    amountMicros: micros(amountMicros),
    refundedMicros: micros(refundedMicros),
    disputedMicros: micros(disputedMicros),
    leftMicros: micros(left),
    reversals: reversals.map(({ id, createdAt: at, kind, state, amountMicros: sum, note }) => ({
      id,
      at,
      kind,
      state,
      amountMicros: micros(sum),
      note,
    })),
  };
}

/** What reversed payments left open in the wallet of the tenant acted on, in its currency; whatever comes goes there first. */
export async function getDebt(tx: TenantRead, tenantId: TenantId): Promise<{ currency: string; debtMicros: Micros }> {
  const [wallet] = await tx.$queryRaw<{ currency: string; debt: bigint }[]>`
    SELECT w.currency, w.debt_micros AS debt FROM wallet w JOIN tenant t ON t.id = w.tenant_id AND t.currency = w.currency
    WHERE w.tenant_id = ${tenantId}::uuid`;
  if (!wallet) throw new DomainError("not_found");
  return { currency: wallet.currency, debtMicros: micros(wallet.debt) };
}

export type Card = Readonly<{
  id: string;
  provider: string;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
}>;

/** The cards that the tenant acted on has saved, the newest first. */
export const listCards = (tx: TenantRead, tenantId: TenantId): Promise<readonly Card[]> =>
  tx.savedCard.findMany({
    where: { tenantId, removedAt: null },
    orderBy: { createdAt: "desc" },
    select: { id: true, provider: true, brand: true, last4: true, expMonth: true, expYear: true },
  });

/**
 * Charges a saved card no more; what was charged stays. A repeat changes nothing.
 * @throws DomainError not_found.
 */
export async function removeCard(tx: TenantWrite, tenantId: TenantId, cardId: string): Promise<{ last4: string }> {
  const card = await tx.savedCard.findFirst({ where: { tenantId, id: cardId }, select: { last4: true } });
  if (!card) throw new DomainError("not_found");
  await tx.savedCard.updateMany({
    where: { tenantId, id: cardId, removedAt: null },
    data: { removedAt: new Date() },
  });
  return card;
}

/** Which payment a line of the ledger belongs to, by the line's transaction. */
export async function paymentsOfTransactions(
  tx: TenantRead,
  transactionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.$queryRaw<{ transaction_id: string; payment_id: string }[]>`
    SELECT transaction_id, id AS payment_id FROM payment WHERE tenant_id = app_tenant() AND transaction_id = ANY (${transactionIds}::uuid[])
    UNION ALL SELECT transaction_id, payment_id FROM payment_reversal WHERE tenant_id = app_tenant() AND transaction_id = ANY (${transactionIds}::uuid[])
    UNION ALL SELECT back_transaction_id, payment_id FROM payment_reversal WHERE tenant_id = app_tenant() AND back_transaction_id = ANY (${transactionIds}::uuid[])`;
  return new Map(rows.map((found) => [found.transaction_id, found.payment_id]));
}
