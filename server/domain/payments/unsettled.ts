import type { SqlPool } from "@/server/infra/db/pool";
import type { LookAsk, Looked, ProviderEvent, ProviderName } from "@/server/infra/payments/provider";

export type Unsettled = LookAsk;

type Row = {
  payment_id: string;
  purpose: LookAsk["purpose"];
  session_ref: string | null;
  customer_ref: string | null;
  currency: string;
  amount_micros: string;
  save_card: boolean;
  created_at: Date;
};

const HOUR_MS = 3_600_000;
/** After twenty hours a charge is not asked for any more, because the provider forgets its key; two more, and none can be on its way. */
const NONE_ON_ITS_WAY_MS = 22 * HOUR_MS;

/** Takes payments that wait and whose time has come, for one look each; the next look is later. Of all tenants. */
export async function takeUnsettled(
  pool: SqlPool,
  provider: ProviderName,
  limit: number,
): Promise<readonly Unsettled[]> {
  const text = "SELECT * FROM payments_take_unsettled($1, now(), $2)";
  const rows = await pool.query<Row>("payments_take_unsettled", text, [provider, limit]);
  return rows.map((row) => ({
    paymentId: row.payment_id,
    purpose: row.purpose,
    sessionRef: row.session_ref ?? undefined,
    customerRef: row.customer_ref ?? undefined,
    saveCard: row.save_card,
    createdAt: row.created_at,
  }));
}

/**
 * What a look says, as the event that was lost. undefined while there is nothing to say yet: the person may still pay, or
 * the charge of the saved card is still asked for under its key.
 */
export function lookEvent(payment: Unsettled, looked: Looked, now: Date): ProviderEvent | undefined {
  if (looked === "waiting") return undefined;
  const what = looked === "unknown" ? unknown(payment, now.getTime() - payment.createdAt.getTime()) : looked;
  if (!what) return undefined;
  const { paymentId } = payment;
  return { id: `look:${paymentId}:${what.kind}`, type: `look.${what.kind}`, paymentId, paymentRef: undefined, what };
}

function unknown(payment: Unsettled, ageMs: number) {
  if (ageMs < (payment.purpose === "checkout" ? HOUR_MS : NONE_ON_ITS_WAY_MS)) return undefined;
  return { kind: "failed", why: "The payment provider knows nothing of it." } as const;
}
