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

test("a hold belongs to a call and to a wallet of its own tenant, a call to a tenant, and all stay while it is there", async () => {
  const { extensionId } = await make.phone(customer);
  const { id: call } = await make.one<{ id: string }>(
    `INSERT INTO call (tenant_id, extension_id, pbx, pbx_call_id, kind, dialled, state, outcome, started_at, ended_at, currency)
     VALUES ($1, $2, 'guard', 'held', 'external', '4930', 'ended', 'answered', now(), now(), 'EUR') RETURNING id`,
    [customer.tenantId, extensionId],
  );
  const { wallet } = await make.one<{ wallet: string }>("SELECT id AS wallet FROM wallet WHERE tenant_id = $1", [
    customer.tenantId,
  ]);
  const hold = (callTenant: string, callId: string, tenant: string, walletId: string) =>
    make.sql(
      `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros,
         first_seconds, next_seconds, grace_seconds) VALUES ($1, $2, $3, 0, $4, 'released', 0, 'guard', '49', 0, 0, 60, 60, 0)`,
      [tenant, callId, callTenant, walletId],
    );
  const own = customer.tenantId;
  const refused = { code: "23503" };
  await expect(hold(own, randomUUID(), own, wallet)).rejects.toMatchObject(refused);
  await expect(hold(reseller.tenantId, call, own, wallet)).rejects.toMatchObject(refused);
  await expect(hold(own, call, own, randomUUID())).rejects.toMatchObject(refused);
  await expect(hold(own, call, reseller.tenantId, wallet)).rejects.toMatchObject(refused);
  await hold(own, call, own, wallet);
  for (const text of [
    "DELETE FROM call WHERE id = $1",
    "UPDATE call SET id = gen_random_uuid() WHERE id = $1",
    "UPDATE hold SET call_id = gen_random_uuid() WHERE call_id = $1",
  ])
    await expect(make.sql(text, [call])).rejects.toMatchObject(refused);
  await make.sql("UPDATE call SET id = id, tenant_id = tenant_id WHERE id = $1", [call]);
  await make.sql("DELETE FROM hold WHERE call_id = $1", [call]);
  await make.sql("DELETE FROM call WHERE id = $1", [call]);
});

test("what a tenant called, spent and was charged is written for a tenant that is there, and keeps it", async () => {
  const nobody = randomUUID();
  for (const text of [
    "INSERT INTO spend_day (tenant_id, day, extension_id) VALUES ($1, '2026-01-01', $1)",
    "INSERT INTO ledger_transaction (tenant_id, kind, posting_key, actor, occurred_at) VALUES ($1, 'top_up', 'nobody', 'test', now())",
    "INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, started_at, currency) VALUES ($1, 'guard', 'nobody', 'external', '49', 'authorised', now(), 'EUR')",
  ])
    await expect(make.sql(text, [nobody])).rejects.toMatchObject({ code: "23503" });
  // Without what a tenant is born with, which keeps it as well.
  const { tenantId } = await make.one<{ tenantId: string }>(
    `INSERT INTO tenant (slug, name, kind, parent_id, currency, time_zone, country) SELECT 'bare-tenant', 'Bare', kind, parent_id, currency, time_zone, country
       FROM tenant WHERE id = $1 RETURNING id AS "tenantId"`,
    [customer.tenantId],
  );
  await make.sql("INSERT INTO spend_day (tenant_id, day, extension_id) VALUES ($1, '2026-01-01', $1)", [tenantId]);
  const going = { message: "calls, money or what it spent belong to it", code: "23503" };
  await expect(make.sql("DELETE FROM tenant WHERE id = $1", [tenantId])).rejects.toMatchObject(going);
});
