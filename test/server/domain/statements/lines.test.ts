import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { csvOf } from "@/server/domain/statements/csv";
import { makePdf } from "@/server/domain/statements/seal";
import { previewStatement } from "@/server/domain/statements/statements";
import { readTenant } from "@/server/infra/db/read-tenant";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { pastMovements } from "@/test/support/past-movements";
import { idOf, statementDesk } from "@/test/support/statement-desk";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof statementDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await statementDesk(db);
});
afterAll(() => db.drop());

test("a wallet with 100 000 movements is a table that streams and a document of few pages", async () => {
  const of = await on.newCustomer([]);
  const { id: walletId } = await on.one<{ id: string }>("SELECT id FROM wallet WHERE tenant_id = $1", [of.tenantId]);
  // Past foreign keys and triggers: only the reading of so many is looked at here.
  await on.sql("SET session_replication_role = replica");
  await on.sql(
    `WITH txn AS (INSERT INTO ledger_transaction (tenant_id, id, kind, posting_key, memo, actor, occurred_at)
       SELECT $1, md5('x' || n)::uuid, 'charge', $3 || n, 'Call to +4930' || n, 'test', timestamptz '2026-01-01 00:00:00+00' + n * interval '26 seconds' FROM generate_series(1, 100000) n),
     w AS (UPDATE wallet SET posted_micros = -100000, last_seq = 100000, credit_limit_micros = 1000000 WHERE id = $2)
     INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
     SELECT $1, md5('x' || n)::uuid, 1, 'wallet', $2, 'EUR', -1, -n, n, timestamptz '2026-01-01 00:00:00+00' + n * interval '26 seconds' FROM generate_series(1, 100000) n`,
    [of.tenantId, walletId, randomUUID()],
  );
  await on.sql("RESET session_replication_role");
  const statement = await on.issue(of, "2026-01-01", "2026-01-31");
  expect([statement.lines, statement.closingMicros]).toEqual([100_000n, -100_000n]);
  let [lines, largest] = [0, 0];
  for await (const piece of csvOf(db.app, statement)) {
    largest = Math.max(largest, piece.length);
    lines += piece.toString("utf8").split("\r\n").length - 1;
  }
  expect(lines).toBe(100_003);
  // What is in memory at one time, whatever the number of movements.
  expect(largest).toBeLessThan(600_000);
  const pdf = await makePdf(db.app, statement);
  expect(pdf.length).toBeLessThan(400_000);
  expect(pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length).toBeLessThan(4);
  // One more is too many for somebody who waits: no statement on request, and a preview that tells nothing apart.
  await pastMovements(on, of)([{ at: "2026-01-31T23:00:00Z", kind: "fee", amount: -1n }]);
  const ask = { from: "2026-01-01", to: "2026-02-02" };
  const preview = await readTenant(db.app, { tenantId: idOf(of) }, (tx) => previewStatement(tx, idOf(of), ask));
  expect(preview).toMatchObject({ lines: 100_001n, chargedMicros: null, closingMicros: -100_001n });
  await expect(on.issue(of, ask.from, ask.to, "range")).rejects.toMatchObject({ code: "invalid_state" });
});
