import { afterAll, beforeAll, expect, test } from "vitest";

import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { jsonOf } from "./run-cli";

let db: TestDatabase;
let on: Chain;
const cli = (...words: string[]) => jsonOf(db.appUrl, words);
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
});
afterAll(() => db.drop());

test("a dispute is opened, credited in part, and listed for both sides; another is rejected", async () => {
  const [first, second] = [await on.talk(60_000), await on.talk(60_000)];
  const opened = { id: expect.any(String), number: "D-000001", repeated: false };
  expect(await cli("dispute", "open", "--tenant", "acme", "--call", first, "--reason", "too_long")).toEqual(opened);
  expect(await cli("dispute", "open", "--tenant", "acme", "--call", first)).toEqual({ ...opened, repeated: true });
  expect(await cli("dispute", "credit", "D-000001", "--tenant", "lower", "--amount", "0.50")).toEqual({
    number: "D-000001",
    state: "partly_credited",
    currency: "EUR",
    creditedMicros: "500000",
    transactionId: expect.any(String),
  });
  await cli("dispute", "open", "--tenant", "acme", "--call", second, "--text", "Not me.");
  expect(await cli("dispute", "reject", "2", "--tenant", "lower", "--text", "It was.")).toMatchObject({
    state: "rejected",
    creditedMicros: "0",
    transactionId: null,
  });
  const sold = await cli("dispute", "list", "--tenant", "lower");
  expect(sold).toMatchObject([
    { number: "D-000002", state: "rejected", tenant: "acme", call: second },
    {
      number: "D-000001",
      state: "partly_credited",
      chargedMicros: "3456780",
      creditedMicros: "500000",
      reason: "too_long",
    },
  ]);
  expect(await cli("dispute", "list", "--tenant", "acme")).toEqual(sold);
  expect(await cli("dispute", "list", "--tenant", "upper")).toEqual([]);
  expect(await on.paid(first)).toBe(2_956_780n);
  const trail = await on.sql("SELECT actor_kind FROM audit_event WHERE action LIKE 'dispute.%' GROUP BY 1");
  expect(trail).toEqual([{ actor_kind: "cli" }]);
});

test.each([
  ["a call that nobody made", "not_found", ["open", "--tenant", "acme", "--call", crypto.randomUUID()]],
  ["no id at all", "invalid_input", ["open", "--tenant", "acme", "--call", "x"]],
  [
    "a reason that is none",
    "invalid_input",
    ["open", "--tenant", "acme", "--call", crypto.randomUUID(), "--reason", "x"],
  ],
  ["a dispute that the tenant did not sell", "not_found", ["credit", "D-000001", "--tenant", "upper"]],
  ["one that is decided", "invalid_state", ["credit", "D-000001", "--tenant", "lower"]],
  ["a rejection without a word", "invalid_input", ["reject", "D-000001", "--tenant", "lower", "--text", ""]],
])("refuses %s", async (_, code, words) => {
  await expect(cli("dispute", ...words)).rejects.toThrow(`"code":"${code}"`);
});
