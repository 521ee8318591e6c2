import { randomUUID } from "node:crypto";

import type { builders, Tenancy } from "./builders";

export type MoneyIds = Readonly<Record<"payment" | "card" | "batch" | "topUp", string>>;

/** What came and comes by card, on this tenant, as the owner of the schema puts it there. */
export async function moneyThings(
  build: Pick<ReturnType<typeof builders>, "one">,
  of: Tenancy,
  buyer: Tenancy,
): Promise<MoneyIds> {
  const { id: card } = await build.one<{ id: string }>(
    `INSERT INTO saved_card (tenant_id, provider, customer_ref, method_ref, brand, last4, exp_month, exp_year)
     VALUES ($1, 'test', 'customer', $2, 'test', '4242', 12, 2099) RETURNING id`,
    [of.tenantId, randomUUID()],
  );
  const { id: payment } = await build.one<{ id: string }>(
    `INSERT INTO payment (tenant_id, provider, purpose, currency, amount_micros, actor) VALUES ($1, 'test', 'checkout', 'EUR', 5000000, 'test') RETURNING id`,
    [of.tenantId],
  );
  const { id: batch } = await build.one<{ id: string }>(
    "INSERT INTO voucher_batch (tenant_id, prefix, currency, amount_micros, count, expires_at, actor) VALUES ($1, '', 'EUR', 5000000, 1, '2099-01-01', 'test') RETURNING id",
    [of.tenantId],
  );
  const { id: topUp } = await build.one<{ id: string }>(
    `INSERT INTO pending_top_up (tenant_id, receiver_id, currency, amount_micros, posting_key, asked_by)
     VALUES ($1, $2, 'EUR', 5000000, $3, 'user:somebody') RETURNING id`,
    [of.tenantId, buyer.tenantId, randomUUID()],
  );
  return { payment, card, batch, topUp };
}
