import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type BookDifference = {
  readonly tenantId: TenantId;
  readonly kind: string;
  /** A call's id, or the part of a wallet that does not add up. */
  readonly subject: string;
  readonly moneyAtRiskMicros: bigint;
  readonly currency: string;
};

/**
 * Adds up every wallet, hold and charge of every tenant, and says what does not agree without writing it down. Reads the
 * whole ledger, so it is for once in a while. Nothing is the proof that the money adds up.
 */
export function findBookDifferences(tx: TenantRead): Promise<BookDifference[]> {
  return tx.$queryRaw<BookDifference[]>`
    SELECT tenant_id AS "tenantId", kind, subject, abs(amount_micros) AS "moneyAtRiskMicros", currency
    FROM (SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()) found`;
}
