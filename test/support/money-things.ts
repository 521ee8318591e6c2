import { randomUUID } from "node:crypto";

import type { builders, Tenancy } from "./builders";

export type MoneyIds = Readonly<Record<"payment" | "card", string>>;

/** What came and comes by card, on this tenant, as the owner of the schema puts it there. */
export async function moneyThings(build: Pick<ReturnType<typeof builders>, "one">, of: Tenancy): Promise<MoneyIds> {
  const { id: card } = await build.one<{ id: string }>(
    `INSERT INTO saved_card (tenant_id, provider, customer_ref, method_ref, brand, last4, exp_month, exp_year)
     VALUES ($1, 'test', 'customer', $2, 'test', '4242', 12, 2099) RETURNING id`,
    [of.tenantId, randomUUID()],
  );
  const { id: payment } = await build.one<{ id: string }>(
    `INSERT INTO payment (tenant_id, provider, purpose, currency, amount_micros, actor) VALUES ($1, 'test', 'checkout', 'EUR', 5000000, 'test') RETURNING id`,
    [of.tenantId],
  );
  return { payment, card };
}
