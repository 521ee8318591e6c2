import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type RecentTransfer = {
  readonly transactionId: string;
  readonly at: Date;
  readonly amountMicros: Micros;
  /** Whether the tenant got the money, or gave it back. */
  readonly down: boolean;
  /** When it cannot be taken back any more. */
  readonly until: Date;
};

/**
 * The transfers between a tenant and the one directly above it that can still be taken back: of the last 15 minutes, newest
 * first, among the last 500 lines of the tenant's ledger. Wants a subtree transaction of somebody at or above both.
 */
export async function listRecentTransfers(tx: TenantRead, tenantId: TenantId): Promise<RecentTransfer[]> {
  const rows = await tx.$queryRaw<(Omit<RecentTransfer, "amountMicros"> & { amount: bigint })[]>`
    SELECT x.id AS "transactionId", x.recorded_at AS at, abs(e.amount_micros) AS amount, e.amount_micros > 0 AS down,
      x.recorded_at + interval '15 minutes' AS until
    FROM wallet w JOIN tenant t ON t.id = w.tenant_id AND t.currency = w.currency
    JOIN ledger_entry e ON e.wallet_id = w.id AND e.seq > w.last_seq - 500
    JOIN ledger_transaction x ON x.id = e.transaction_id
    JOIN ledger_entry o ON o.transaction_id = x.id AND o.line <> e.line AND o.tenant_id = t.parent_id
    WHERE w.tenant_id = ${tenantId}::uuid AND x.kind = 'transfer' AND x.corrects_id IS NULL
      AND x.recorded_at > clock_timestamp() - interval '15 minutes'
      AND NOT EXISTS (SELECT FROM ledger_transaction u WHERE u.tenant_id IN (e.tenant_id, o.tenant_id) AND u.posting_key = 'undo:' || x.id)
    ORDER BY e.seq DESC LIMIT 20`;
  return rows.map(({ amount, ...row }) => ({ ...row, amountMicros: micros(amount) }));
}
