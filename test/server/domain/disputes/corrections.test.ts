import { afterAll, beforeAll, expect, test } from "vitest";

import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";

const acme = { tenantSlug: "acme" };
const lower = { tenantSlug: "lower" };

let db: TestDatabase;
let on: Chain;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
});
afterAll(() => db.drop());

const customer = () => on.as("customer").disputes;
const seller = () => on.as("lower").disputes;

test("a credited call no longer counts against the cap of its day", async () => {
  await on.sql("UPDATE tenant SET daily_cap_micros = 4000000, time_zone = $2 WHERE id = $1", [
    on.customer.tenantId,
    noonZone(),
  ]);
  await on.sql("DELETE FROM spend_day");
  const today = await on.talk(60_000);
  await expect(on.talk(60_000)).rejects.toThrow("refused");
  const { id: disputeId } = await customer().open({ ...acme, callId: today });
  await seller().credit({ ...lower, disputeId });
  await on.talk(60_000);
  await on.sql("UPDATE tenant SET daily_cap_micros = NULL WHERE id = $1", [on.customer.tenantId]);
});

test("tax goes back in proportion, and all of it with all of the charge", async () => {
  // A charge with tax, as charging writes it: net 0.100000, tax 0.019000, in four lines of one transaction.
  const taxed = await on.talk(1_000);
  const { id, wallet } = await on.one<{ id: string; wallet: string }>(
    "SELECT x.id, h.wallet_id AS wallet FROM ledger_transaction x JOIN hold h ON h.call_id = x.call_id AND h.level = 0 WHERE x.posting_key = 'call:' || $1::text || ':0'",
    [taxed],
  );
  await on.sql("UPDATE wallet SET posted_micros = posted_micros - 656788, last_seq = last_seq + 1 WHERE id = $1", [
    wallet,
  ]);
  await on.sql(
    `INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
     SELECT tenant_id, $1::uuid, 3, 'wallet', id, 'EUR', -656788, posted_micros, last_seq, now() FROM wallet WHERE id = $2::uuid
     UNION ALL SELECT $3::uuid, $1::uuid, 4, 'tax', NULL, 'EUR', 656788, NULL, NULL, now()`,
    [id, wallet, on.lower.tenantId],
  );
  const linesOf = (transaction: string | null) =>
    on.sql(
      "SELECT line, account, amount_micros::int AS amount FROM ledger_entry WHERE transaction_id = $1 ORDER BY line",
      [transaction],
    );
  const part = await customer().open({ ...acme, callId: taxed });
  expect(await customer().get({ ...acme, disputeId: part.id })).toMatchObject({ chargedMicros: 4_113_568n });
  const first = await seller().credit({ ...lower, disputeId: part.id, amount: "1" });
  // 1 000 000 × 656 788 ÷ 4 113 568 = 159 663.96, and the fraction stays with the net
  expect(await linesOf(first.transactionId)).toEqual([
    { line: 1, account: "wallet", amount: 840_337 },
    { line: 2, account: "revenue", amount: -840_337 },
    { line: 3, account: "wallet", amount: 159_663 },
    { line: 4, account: "tax", amount: -159_663 },
  ]);
  const rest = await customer().open({ ...acme, callId: taxed });
  await seller().credit({ ...lower, disputeId: rest.id });
  const left = await on.sql(
    `SELECT account, sum(amount_micros)::int AS sum FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id
     WHERE $1 IN (x.id, x.corrects_id) GROUP BY 1 HAVING sum(amount_micros) <> 0`,
    [id],
  );
  expect(left).toEqual([]);
  expect(await on.sound()).toEqual([]);
});
