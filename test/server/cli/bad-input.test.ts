import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRowButTrail } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
const cli = (...words: string[]) => jsonOf(db.appUrl, words);

beforeAll(async () => {
  db = await createDatabase();
  await cli("operator", "create", "--name", "Operator", "--slug", "operator", "--email", "root@test.example");
  await cli("plan", "create", "--name", "Sell", "--currency", "EUR");
  await cli(
    "rate",
    "set",
    "--plan",
    "Sell",
    "--prefix",
    "49",
    "--per-minute",
    "0.0125",
    "--from",
    "2025-01-01T00:00:00Z",
  );
  await cli("tenant", "create", "--name", "Bad", "--slug", "bad", "--plan", "Sell", "--credit", "1");
  await cli("extension", "create", "--tenant", "bad", "--number", "101", "--name", "Taken");
  await cli("plan", "create", "--name", "Dollars", "--currency", "USD");
});
afterAll(() => db.drop());

const tenant = ["tenant", "create", "--name", "New", "--slug", "brand-new"];
const extension = ["extension", "create", "--tenant", "bad", "--name", "Desk"];
const topup = ["topup", "--tenant", "bad", "--key", "k", "--amount"];
test.each<[string, string[], string, RegExp]>([
  ["a dial string as number", [...extension, "--number", "500&PJSIP/trunk"], "invalid_input", /--number/],
  [
    "a line break in a name",
    ["extension", "create", "--tenant", "bad", "--number", "102", "--name", "Desk\r\nAction: Originate"],
    "invalid_input",
    /--name/,
  ],
  ["an emergency number", [...extension, "--number", "112"], "emergency_number", /emergency/],
  ["a number that is taken", [...extension, "--number", "101"], "number_taken", /already in use/],
  [
    "a short name of 70 characters",
    ["tenant", "create", "--name", "Long", "--slug", "a".repeat(70)],
    "invalid_input",
    /--slug/,
  ],
  ["a short name with a quote", ["tenant", "create", "--name", "Quote", "--slug", "a'b;--"], "invalid_input", /--slug/],
  ["a short name that is taken", ["tenant", "create", "--name", "Taken", "--slug", "bad"], "slug_taken", /short name/],
  ["a parent that is not there", [...tenant, "--parent", "nobody"], "not_found", /./],
  ["a plan that is not there", [...tenant, "--plan", "Nothing"], "not_found", /no plan called "Nothing"/],
  ["a plan in another currency", [...tenant, "--plan", "Dollars"], "currency_mismatch", /currenc/],
  ["an unknown currency", [...tenant, "--currency", "EUX"], "invalid_input", /--currency/],
  ["an unknown country", [...tenant, "--country", "ZZ"], "invalid_input", /country/],
  ["an unknown time zone", [...tenant, "--time-zone", "Mars/Base"], "invalid_input", /--time-zone/],
  [
    "credit that the parent does not have",
    [...tenant, "--parent", "bad", "--credit", "2"],
    "insufficient_funds",
    /credit/,
  ],
  ["a negative credit", [...tenant, "--credit", "-2"], "invalid_input", /--credit: .*negative/],
  ["a negative amount", [...topup, "-5"], "invalid_input", /--amount: .*negative/],
  ["seven decimals", [...topup, "1.0000001"], "invalid_input", /--amount: .*six decimals/],
  ["an empty amount", [...topup, ""], "invalid_input", /--amount: .*required/],
  ["an exponent", [...topup, "1e9"], "invalid_input", /--amount/],
  ["nothing", [...topup, "0"], "invalid_input", /--amount/],
  ["a currency the wallet does not have", [...topup, "1", "--currency", "USD"], "currency_mismatch", /currenc/],
  ["no key", ["topup", "--tenant", "bad", "--amount", "1"], "invalid_input", /--key is required/],
  ["a tenant that is not there", ["balance", "--tenant", "nobody"], "not_found", /./],
  [
    "a prefix with letters",
    ["rate", "set", "--plan", "Sell", "--prefix", "49x", "--per-minute", "1"],
    "invalid_input",
    /--prefix/,
  ],
  [
    "a negative price",
    ["rate", "set", "--plan", "Sell", "--prefix", "44", "--per-minute", "-1"],
    "invalid_input",
    /--per-minute/,
  ],
  [
    "a period that is taken",
    ["rate", "set", "--plan", "Sell", "--prefix", "49", "--per-minute", "1", "--from", "2026-01-01T00:00:00Z"],
    "rate_overlap",
    /^What 49 cost at that time stays/,
  ],
  ["a plan's name again", ["plan", "create", "--name", "Sell", "--currency", "EUR"], "plan_taken", /name/],
  [
    "a plan of another currency",
    ["plan", "assign", "--tenant", "bad", "--plan", "Dollars"],
    "currency_mismatch",
    /currenc/,
  ],
  ["the operator as a buyer", ["plan", "assign", "--tenant", "operator", "--plan", "Sell"], "not_found", /no plan/],
  [
    "a role of the operator's",
    ["user", "create", "--tenant", "bad", "--email", "a@b.example", "--role", "auditor"],
    "invalid_input",
    /--role/,
  ],
  [
    "no e-mail address",
    ["user", "create", "--tenant", "bad", "--email", "nobody", "--role", "owner"],
    "invalid_input",
    /--email/,
  ],
  ["no whole number of rows", ["calls", "--tenant", "bad", "--limit", "1.5"], "invalid_input", /--limit/],
  ["an option nobody knows", ["balance", "--tenant", "bad", "--force"], "invalid_input", /--force/],
  ["an option twice", ["balance", "--tenant", "bad", "--tenant", "bad"], "invalid_input", /twice/],
  ["a word too many", ["balance", "--tenant", "bad", "now"], "invalid_input", /now/],
  ["no call to end", ["hangup"], "invalid_input", /<call>/],
  ["no such command", ["tenant", "destroy"], "invalid_input", /tenant destroy/],
  [
    "a second operator",
    ["operator", "create", "--name", "Two", "--slug", "two", "--email", "a@b.example"],
    "invalid_state",
    /already/,
  ],
])("%s is refused with its code, and nothing is changed", async (_, words, code, message) => {
  const before = await everyRowButTrail(db);
  const ran = await runCli(db.appUrl, [...words, "--json"]);
  expect(JSON.parse(ran.out)).toEqual({ error: { code, message: expect.stringMatching(message) } });
  expect(ran.code).not.toBe(0);
  expect(ran.err).toBe("");
  expect(await everyRowButTrail(db)).toBe(before);
});
