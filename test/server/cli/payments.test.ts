import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { paymentDesk } from "@/test/support/payment-desk";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
const cli = (...words: string[]) => jsonOf<unknown>(db.appUrl, words);
const refund = (payment: string, amount: string, ...more: string[]) => [
  "payment",
  "refund",
  "--tenant",
  "acme",
  "--payment",
  payment,
  "--amount",
  amount,
  ...more,
];
const balance = async () => (await on.wallet(on.customer)).available;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

test("a payment is listed, and given back in parts, each once", async () => {
  const desk = paymentDesk(db, on);
  const id = await desk.pay(on.customer, 20_000_000n);
  expect(await cli("payment", "list", "--tenant", "acme")).toMatchObject([
    { id, state: "paid", amountMicros: "20000000", currency: "EUR" },
  ]);

  const first = await cli(...refund(id, "5.00", "--key", "case-1", "--note", "line was dead"));
  expect(await cli(...refund(id, "5.00", "--key", "case-1"))).toEqual(first);
  expect(await balance()).toBe(15_000_000n);
  await cli(...refund(id, "15"));
  expect(await balance()).toBe(0n);
  expect(await desk.problems()).toEqual([]);

  const asked = await on.sql("SELECT amount_micros::text AS amount FROM payment_reversal ORDER BY amount_micros");
  expect(asked).toEqual([{ amount: "5000000" }, { amount: "15000000" }]);
  const trail = await on.sql("SELECT 1 FROM audit_event WHERE action = 'billing.refund'");
  expect(trail).toHaveLength(3);
});

test.each([
  ["more than was paid", "20.01", "refund_too_large", /at most €0\.00/],
  ["nothing", "0", "invalid_input", /--amount/],
  ["no number", "five", "invalid_input", /--amount/],
])("a refund of %s is refused with the reason", async (_, amount, code, sentence) => {
  const [{ id } = { id: "" }] = await on.sql<{ id: string }>("SELECT id FROM payment");
  const ran = await runCli(db.appUrl, [...refund(id, amount), "--json"]);
  expect(ran.code).not.toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({ error: { code } });
  expect(ran.out).toMatch(sentence);
});
