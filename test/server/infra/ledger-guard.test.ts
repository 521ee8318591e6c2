import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let reseller: Tenancy;
let customer: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
  reseller = await make.tenant("reseller", operator);
  customer = await make.tenant("customer", reseller);
});
afterAll(() => db.drop());

const transfer = (from: Tenancy, to: Tenancy, amount: bigint, key: string) =>
  make.sql("SELECT wallet_transfer($1, $2, $3, 'EUR', $4, '', 'test')", [from.tenantId, to.tenantId, amount, key]);

test("a transaction that does not sum to zero is refused by the database", async () => {
  await make.topUp(customer, 100n, "first");
  const { transaction_id: id } = await make.one<{ transaction_id: string }>(
    "SELECT transaction_id FROM ledger_entry LIMIT 1",
  );
  await expect(
    make.sql(
      "INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, currency, amount_micros, occurred_at) VALUES ($1, $2, 3, 'revenue', 'EUR', 5, now())",
      [customer.tenantId, id],
    ),
  ).rejects.toThrow("does not sum to zero");
});

test("the same key moves money once, and another amount under it is refused", async () => {
  await make.topUp(customer, 500n, "again");
  const before = await make.wallet(customer);
  await make.topUp(customer, 500n, "again");
  expect(await make.wallet(customer)).toEqual(before);
  await expect(make.topUp(customer, 501n, "again")).rejects.toMatchObject({ code: "RF003" });
});

test("nobody but the operator brings money into the house", async () => {
  await make.as(reseller.tenantId);
  const post = make.sql("SELECT wallet_post($1, 'top_up', 5, 'EUR', 'own mint', 'payments', '', 'test', NULL)", [
    customer.tenantId,
  ]);
  await expect(post).rejects.toMatchObject({ code: "RF002" });
});

test("credit moves between a tenant and the one above it, never sideways and never beyond what is there", async () => {
  await make.topUp(reseller, 1_000n);
  await make.as(reseller.tenantId);
  await transfer(reseller, customer, 400n, "down");
  await transfer(reseller, customer, 400n, "down");
  expect((await make.wallet(reseller)).posted).toBe(600n);
  await expect(transfer(reseller, customer, 601n, "too much")).rejects.toMatchObject({ code: "RF005" });
  await expect(transfer(reseller, customer, -1n, "negative")).rejects.toMatchObject({ code: "RF006" });
  const stranger = await make.tenant("customer", operator);
  await make.as(reseller.tenantId);
  await expect(transfer(reseller, stranger, 1n, "sideways")).rejects.toMatchObject({ code: "RF002" });
});

test("racing transfers out of one wallet spend exactly what is there", async () => {
  const poor = await make.tenant("reseller", operator);
  const below = await make.tenant("customer", poor);
  await make.topUp(poor, 1_000n);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      db.app.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT set_config('app.tenant_id', ${poor.tenantId}, true)`;
        await tx.$queryRaw`SELECT wallet_transfer(${poor.tenantId}::uuid, ${below.tenantId}::uuid, 100, 'EUR', ${`race ${i}`}, '', 'test')::text`;
      }),
    ),
  );
  expect(outcomes.filter((o) => o.status === "fulfilled")).toHaveLength(10);
  expect((await make.wallet(poor)).posted).toBe(0n);
  expect((await make.wallet(below)).posted).toBe(1_000n);
  expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);
});

test("nobody rewrites the ledger: the portal's role may neither change nor delete an entry", async () => {
  for (const attempt of [
    "UPDATE ledger_entry SET amount_micros = 1",
    "DELETE FROM ledger_entry",
    "UPDATE wallet SET posted_micros = 1",
    "DELETE FROM audit_event",
  ])
    await expect(db.app.$executeRawUnsafe(attempt)).rejects.toThrow(/permission denied/);
});

test("a line of the ledger belongs to a transaction and to a wallet of its own tenant, and both stay", async () => {
  await make.topUp(customer, 100n, "kept");
  const { id } = await make.one<{ id: string }>("SELECT id FROM ledger_transaction WHERE posting_key = 'kept'");
  const { wallet } = await make.one<{ wallet: string }>("SELECT id AS wallet FROM wallet WHERE tenant_id = $1", [
    customer.tenantId,
  ]);
  const lines = (transaction: string, tenant: Tenancy) =>
    make.sql(
      `INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
       VALUES ($1, $2, 8, 'wallet', $3, 'EUR', -5, 0, 1000, now()), ($4, $2, 9, 'revenue', NULL, 'EUR', 5, NULL, NULL, now())`,
      [tenant.tenantId, transaction, wallet, operator.tenantId],
    );
  await expect(lines(randomUUID(), customer)).rejects.toMatchObject({ code: "23503" });
  await expect(lines(id, reseller)).rejects.toMatchObject({ code: "23503" });
  await expect(make.sql("DELETE FROM ledger_transaction WHERE id = $1", [id])).rejects.toMatchObject({ code: "23503" });
  await expect(make.sql("DELETE FROM wallet WHERE id = $1", [wallet])).rejects.toMatchObject({ code: "23503" });
});
