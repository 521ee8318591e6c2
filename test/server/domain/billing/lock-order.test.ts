import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let other: Client;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
});
afterAll(() => db.drop());
beforeEach(async () => {
  other = new Client({ connectionString: db.ownerUrl });
  await other.connect();
});
afterEach(() => other.end());

const actor = { kind: "job", id: "test", requestId: randomUUID() } as const;
const by = () => ({ tenantId: operator.tenantId as TenantId, actor, action: "billing.top_up" }) as const;
const waits = async () =>
  (
    await db.app.$queryRaw<
      unknown[]
    >`SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`
  ).length > 0;

test("a top-up beside a suspension waits for the tenant with no wallet in hand", async () => {
  const customer = await make.tenant("customer", operator);
  await other.query("BEGIN");
  await other.query("SELECT FROM tenant WHERE id = $1 FOR UPDATE", [customer.tenantId]);
  const topUp = change(db.app, by(), async (tx) => {
    const [row] = await tx.$queryRaw<{ id: string }[]>`
      SELECT wallet_post(${customer.tenantId}::uuid, 'top_up', 5::bigint, 'EUR', 'k', 'payments', '', 'test', NULL) AS id`;
    return { subject: "test:1", result: row?.id };
  });
  while (!(await waits()));
  const wallet = "SELECT FROM wallet WHERE tenant_id = $1 FOR UPDATE NOWAIT";
  expect((await other.query(wallet, [customer.tenantId])).rowCount).toBe(1);
  await other.query("COMMIT");
  expect(await topUp).toMatch(/^[0-9a-f-]{36}$/);
  expect((await make.wallet(customer)).posted).toBe(5n);
});

test("a change that the database aborts is made once more, whole, with one event in the trail", async () => {
  const [a, b] = [await make.tenant("customer", operator), await make.tenant("customer", operator)];
  // Whoever has waited longest is aborted: not this one.
  await other.query("SET deadlock_timeout = '60s'");
  await other.query("BEGIN");
  await other.query("SELECT FROM tenant WHERE id = $1 FOR UPDATE", [b.tenantId]);
  let tries = 0;
  let theirs: Promise<unknown> | undefined;
  const post = (of: Tenancy, tx: Parameters<Parameters<typeof change>[2]>[0]) =>
    tx.$queryRaw`SELECT wallet_post(${of.tenantId}::uuid, 'top_up', 7::bigint, 'EUR', 'twice', 'payments', '', 'test', NULL)::text`;
  await change(db.app, by(), async (tx) => {
    tries += 1;
    await post(a, tx);
    if (tries === 1) {
      theirs = other
        .query("SELECT FROM wallet WHERE tenant_id = $1 FOR UPDATE", [a.tenantId])
        .then(() => other.query("COMMIT"));
      while (!(await waits()));
    }
    await post(b, tx);
    if (tries === 1) throw new Error("it was not aborted");
    return { subject: "test:2", result: undefined };
  });
  await theirs;
  expect(tries).toBe(2);
  expect([(await make.wallet(a)).posted, (await make.wallet(b)).posted]).toEqual([7n, 7n]);
  expect(await make.sql("SELECT FROM audit_event WHERE subject = 'test:2'")).toHaveLength(1);
  expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);
});

test("what the work refuses is refused once", async () => {
  let tries = 0;
  const refused = change(db.app, by(), async () => {
    tries += 1;
    throw new Error("available=40001 asked=40001");
  });
  await expect(refused).rejects.toThrow("40001");
  expect(tries).toBe(1);
});
