import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { type Payer, topUp } from "@/server/domain/billing/movements";
import type { TenantId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.topUp(on.reseller, 10_000_000n);
  for (const { tenantId } of [on.reseller, on.customer])
    await on.sql("INSERT INTO wallet (tenant_id, currency) VALUES ($1, 'USD')", [tenantId]);
});
afterAll(() => db.drop());

test.each(["operator", "reseller"] as const)(
  "a key that moved euros for the %s is not an answer to a question about dollars",
  async (kind) => {
    const payer: Payer = { tenantId: on[kind].tenantId as TenantId, kind };
    const actor = { kind: "cli", id: "test", requestId: "test" } as const;
    const give = (currency: string) =>
      change(db.app, { tenantId: payer.tenantId, actor, action: "billing.top_up" }, async (tx) => {
        const receiver = { tenantId: on.customer.tenantId as TenantId, currency: "EUR" };
        const movement = { amount: 1_000_000n as Micros, currency, postingKey: `from-${kind}` };
        return { subject: "test", result: await topUp(tx, payer, receiver, movement, "cli:test") };
      });
    const first = await give("EUR");
    expect(await give("EUR")).toEqual(first);
    await expect(give("USD")).rejects.toMatchObject({ code: "posting_key_reused" });
  },
);
