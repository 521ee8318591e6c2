import type { TopUpRequest } from "@/server/domain/billing/billing.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type Requested = Readonly<{ requestId: string; sellerId: TenantId; currency: string }>;

/**
 * Says that the tenant acted on paid outside, and asks the one directly above to post it. Nothing is credited before that one
 * agrees. Locks the wallet. The same key again asks for nothing more.
 * @throws DomainError invalid_state for the operator, and while five wait already.
 * @throws DomainError posting_key_reused for another amount; currency_mismatch without a wallet.
 */
export async function requestTopUp(tx: TenantWrite, asked: TopUpRequest, actor: string): Promise<Requested> {
  const { amount, postingKey, memo } = asked;
  const [row] = await tx.$queryRaw<{ request_id: string; seller_id: TenantId; currency: string }[]>`
    SELECT * FROM top_up_request(${amount}, ${postingKey}, ${memo ?? "By bank"}, ${actor})`;
  if (!row) throw new Error("the database answered without a request");
  return { requestId: row.request_id, sellerId: row.seller_id, currency: row.currency };
}

export type RequestRow = Readonly<{
  id: string;
  at: Date;
  amountMicros: Micros;
  currency: string;
  memo: string;
  /** pending, approved or rejected. */
  state: string;
}>;

/** The last ten that the tenant acted on asked for, the newest first. */
export async function listRequests(tx: TenantRead): Promise<readonly RequestRow[]> {
  const rows = await tx.$queryRaw<(Omit<RequestRow, "amountMicros"> & { amount: bigint })[]>`
    SELECT id, at, amount_micros AS amount, currency, memo, state FROM top_up_requests_own()`;
  return rows.map(({ amount, ...row }) => ({ ...row, amountMicros: micros(amount) }));
}
