import type { LedgerSort } from "@/server/domain/billing/ledger-sort.schema";
import { memoInWords } from "@/server/domain/billing/memo-words";
import { paymentsOfTransactions } from "@/server/domain/payments/payments";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { type Micros, micros } from "@/server/kernel/money";

export type LedgerRow = {
  /** The transaction's id; one transaction has one line per wallet. */
  readonly id: string;
  /** Position in the wallet's gapless chain. */
  readonly seq: bigint;
  readonly at: Date;
  readonly kind: string;
  readonly memo: string;
  readonly actor: string;
  readonly callId: string | null;
  /** The payment by card that this line came from, or went back to. */
  readonly paymentId: string | null;
  /** Signed: positive adds to the balance. */
  readonly amountMicros: Micros;
  readonly balanceAfterMicros: Micros;
};

export type LedgerPage = { readonly items: readonly LedgerRow[]; readonly nextCursor: string | null };

type Row = {
  seq: bigint;
  transaction_id: string;
  kind: string;
  memo: string;
  call_id: string | null;
  actor: string;
  amount_micros: bigint;
  balance_after_micros: bigint;
  occurred_at: Date;
};

/** The history of the wallet of the tenant acted on, newest first unless the oldest are asked for, a page at a time; the cursor is a position in the chain. */
export async function listLedger(
  tx: TenantRead,
  {
    cursor,
    limit = 50,
    sort,
  }: { cursor?: string | undefined; limit?: number | undefined; sort?: LedgerSort | undefined },
): Promise<LedgerPage> {
  const place = cursor === undefined ? null : BigInt(cursor);
  const rows = await tx.$queryRaw<
    Row[]
  >`SELECT * FROM wallet_history(${place}::bigint, ${limit + 1}::int, ${sort === "-time"}::boolean)`;
  const payments = await paymentsOfTransactions(
    tx,
    rows.map((row) => row.transaction_id),
  );
  const items = rows.slice(0, limit).map((row) => ({
    id: row.transaction_id,
    seq: row.seq,
    at: row.occurred_at,
    kind: row.kind,
    memo: memoInWords(row.memo),
    actor: row.actor,
    callId: row.call_id,
    paymentId: payments.get(row.transaction_id) ?? null,
    amountMicros: micros(row.amount_micros),
    balanceAfterMicros: micros(row.balance_after_micros),
  }));
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
}
