import { randomUUID } from "node:crypto";

import type { builders, Tenancy } from "./builders";

export type PastMovement = Readonly<{
  at: string;
  kind: "top_up" | "charge" | "correction" | "transfer" | "refund" | "fee" | "voucher";
  amount: bigint;
  memo?: string;
  /** Of a charge: its tax, written as its own pair of lines, and where it went. */
  tax?: Readonly<{ amount: bigint; ppm: number }>;
  prefix?: string;
  seconds?: number;
}>;

/**
 * Writes movements of a wallet as they would stand in the ledger had they happened then: the product's own functions write
 * the present only. Lines, chain and balances are those of the functions.
 */
export function pastMovements(make: Pick<ReturnType<typeof builders>, "one" | "sql">, of: Tenancy) {
  const wallet = () =>
    make.one<{ id: string; last: string }>("SELECT id, last_seq AS last FROM wallet WHERE tenant_id = $1", [
      of.tenantId,
    ]);

  const callOf = async (walletId: string, move: PastMovement): Promise<string> => {
    const { id } = await make.one<{ id: string }>(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, to_e164, country, state, outcome, started_at, ended_at, currency)
       VALUES ($1, 'past', $2, 'external', '493012345678', '493012345678', 'DE', 'ended', 'answered', $3, $3, 'EUR') RETURNING id`,
      [of.tenantId, randomUUID(), move.at],
    );
    await make.sql(
      `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros,
         first_seconds, next_seconds, grace_seconds, billed_seconds, charged_micros, tax_ppm, tax_micros)
       VALUES ($1, $2, $1, 0, $3, 'charged', 0, 'Past', $4, 0, 0, 1, 1, 0, $5, $6, $7, $8)`,
      [
        of.tenantId,
        id,
        walletId,
        move.prefix ?? "49",
        move.seconds ?? 60,
        -move.amount,
        move.tax?.ppm ?? 0,
        move.tax ? -move.tax.amount : 0n,
      ],
    );
    return id;
  };

  return async (moves: readonly PastMovement[]): Promise<void> => {
    for (const move of moves) {
      const { id: walletId } = await wallet();
      const call = move.kind === "charge" ? await callOf(walletId, move) : null;
      const { id: txn } = await make.one<{ id: string }>(
        `INSERT INTO ledger_transaction (tenant_id, kind, posting_key, call_id, memo, actor, occurred_at, recorded_at) VALUES ($1, $2, $3, $4, $5, 'test', $6, $6) RETURNING id`,
        [of.tenantId, move.kind, randomUUID(), call, move.memo ?? (call ? "Call to +493012345678" : "Moved"), move.at],
      );
      const other = move.kind === "charge" ? "revenue" : "payments";
      await make.sql(
        `WITH w AS (UPDATE wallet SET posted_micros = posted_micros + $3::bigint + $4::bigint, last_seq = last_seq + CASE WHEN $4::bigint = 0 THEN 1 ELSE 2 END, credit_limit_micros = 1000000000000
           WHERE id = $2 RETURNING *)
         INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
         SELECT CASE l.account WHEN 'wallet' THEN w.tenant_id ELSE t.parent_id END, $1::uuid, l.line, l.account, CASE l.account WHEN 'wallet' THEN w.id END, w.currency, l.amount,
           CASE l.account WHEN 'wallet' THEN w.posted_micros - l.later END, CASE l.account WHEN 'wallet' THEN w.last_seq - CASE WHEN l.later <> 0 THEN 1 ELSE 0 END END, $6::timestamptz
         FROM w JOIN tenant t ON t.id = w.tenant_id
         CROSS JOIN LATERAL (VALUES (1, 'wallet', $3::bigint, $4::bigint), (2, $5::text, -$3::bigint, 0), (3, 'wallet', $4::bigint, 0), (4, 'tax', -$4::bigint, 0)) l (line, account, amount, later)
         WHERE l.amount <> 0`,
        [txn, walletId, move.amount, move.tax?.amount ?? 0n, other, move.at],
      );
    }
  };
}
