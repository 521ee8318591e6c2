import { afterAll, beforeAll, expect, test } from "vitest";

import { getCall } from "@/server/domain/calls/call-detail";
import { getOwnCharge } from "@/server/domain/disputes/disputes";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { pastCharges } from "@/test/support/past-charges";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test("the ledger lines of a call are found without walking through those of all calls", async () => {
  const make = builders(db);
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const of = await make.tenant("customer", operator);
  await make.phone(of);
  await make.assign(of, await make.plan(operator, { "49": { perMinute: 10_000n } }));
  const from = new Date("2026-03-01T00:00:00Z");
  await pastCharges(db.owner, { of, plan: "Past", perMinute: 10_000n, calls: 3_000, from });
  await make.sql("ANALYZE");
  const { id } = await make.one<{ id: string }>("SELECT id FROM call ORDER BY started_at LIMIT 1");
  await make.as(operator.tenantId);
  await make.sql("SELECT charge_credit($1, $2, 4000, 'back', 'Credit', 'test')", [of.tenantId, id]);

  const tenantId = of.tenantId as TenantId;
  const { lines, looked } = await readTenant(db.app, { tenantId }, async (tx) => {
    const rows = () =>
      tx.$queryRaw<{ n: bigint }[]>`SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint AS n
        FROM pg_stat_xact_user_tables WHERE relname IN ('ledger_transaction', 'ledger_entry')`;
    const [before] = await rows();
    const call = await getCall(tx, id);
    expect(await getOwnCharge(tx, tenantId, id)).toMatchObject({ leftMicros: 16_000n });
    const [after] = await rows();
    return { lines: call.ledger, looked: Number((after?.n ?? 0n) - (before?.n ?? 0n)) };
  });
  expect(lines.map(({ amountMicros }) => amountMicros)).toEqual([-20_000n, 4_000n]);
  expect(looked, "rows of the ledger that were looked at").toBeLessThan(50);
});
