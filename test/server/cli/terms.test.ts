import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRowButTrail, type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
const cli = (...words: string[]) => jsonOf<Record<string, string>>(db.appUrl, words);

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.topUp(on.reseller, 50_000_000n);
});
afterAll(() => db.drop());

describe("money along the chain", () => {
  test("is moved, taken back, lent and taxed", async () => {
    const moved = await cli(
      "transfer",
      "--from",
      "reseller",
      "--to",
      "acme",
      "--amount",
      "5.00",
      "--currency",
      "EUR",
      "--key",
      "k1",
    );
    expect(moved).toMatchObject({ from: "reseller", to: "acme", currency: "EUR", amountMicros: "5000000" });
    expect(await cli("transfer", "--from", "reseller", "--to", "acme", "--amount", "5", "--key", "k1")).toEqual(moved);
    await cli("transfer", "--from", "acme", "--to", "reseller", "--amount", "1", "--key", "k2");
    expect(
      await cli(
        "transfer",
        "undo",
        "--transaction",
        (await cli("transfer", "--from", "reseller", "--to", "acme", "--amount", "2", "--key", "k3"))[
          "transactionId"
        ] ?? "",
      ),
    ).toMatchObject({ amountMicros: "2000000" });
    expect(await cli("balance", "--tenant", "acme")).toMatchObject({ postedMicros: "4000000" });

    await cli("credit", "set", "--tenant", "reseller", "--limit", "100.00");
    expect(await cli("credit", "set", "--tenant", "acme", "--limit", "25.00")).toEqual({
      tenant: "acme",
      currency: "EUR",
      creditLimitMicros: "25000000",
      beforeMicros: "0",
    });
    expect(await cli("tax", "set", "--tenant", "acme", "--percent", "19", "--name", "VAT")).toEqual({
      tenant: "acme",
      percent: "19",
      name: "VAT",
    });
    expect(await cli("terms", "show", "--tenant", "acme")).toMatchObject({
      creditLimitMicros: "25000000",
      creditAtMostMicros: "100000000",
      moneyMicros: "4000000",
      taxPercent: "19",
      taxName: "VAT",
    });
    expect(await on.sql("SELECT * FROM ledger_check()")).toEqual([]);
  });

  const transfer = ["transfer", "--amount", "1", "--key", "bad"];
  test.each<[string, string[], string, RegExp]>([
    ["a transfer to itself", [...transfer, "--from", "acme", "--to", "acme"], "not_below", /directly/],
    ["a transfer over a level", [...transfer, "--from", "operator", "--to", "acme"], "not_below", /directly/],
    [
      "a transfer in another currency",
      [...transfer, "--from", "reseller", "--to", "acme", "--currency", "USD"],
      "currency_mismatch",
      /currenc/,
    ],
    [
      "more than there is",
      ["transfer", "--from", "acme", "--to", "reseller", "--amount", "500", "--key", "b2"],
      "insufficient_funds",
      /credit limit is not money/,
    ],
    [
      "a key that was used",
      ["transfer", "--from", "reseller", "--to", "acme", "--amount", "6", "--key", "k1"],
      "posting_key_reused",
      /key/,
    ],
    ["no transfer's id", ["transfer", "undo", "--transaction", "x"], "invalid_input", /--transaction/],
    [
      "more credit than the one above has",
      ["credit", "set", "--tenant", "acme", "--limit", "100.01"],
      "credit_limit_exceeded",
      /€100\.00/,
    ],
    [
      "less than was given on",
      ["credit", "set", "--tenant", "reseller", "--limit", "24"],
      "credit_limit_in_use",
      /€25\.00/,
    ],
    ["the operator's own credit", ["credit", "set", "--tenant", "operator", "--limit", "1"], "not_below", /below/],
    [
      "a tax of five decimals",
      ["tax", "set", "--tenant", "acme", "--percent", "1.00001"],
      "invalid_input",
      /--percent/,
    ],
  ])("%s is refused, and nothing is changed", async (_, words, code, message) => {
    const before = await everyRowButTrail(db);
    const { code: exit, out } = await runCli(db.appUrl, [...words, "--json"]);
    expect(exit).not.toBe(0);
    expect(JSON.parse(out)).toEqual({ error: { code, message: expect.stringMatching(message) } });
    expect(await everyRowButTrail(db)).toBe(before);
  });
});

test("whoever sells says on the command line that it sells below cost, and no more", async () => {
  expect(await cli("terms", "set", "--tenant", "reseller", "--below-cost", "yes")).toEqual({
    tenant: "reseller",
    sellsBelowCost: true,
    before: false,
  });
  expect(await cli("limits", "show", "--tenant", "reseller")).toMatchObject({ sellsBelowCost: true });
  expect(await cli("terms", "set", "--tenant", "reseller", "--below-cost", "no")).toMatchObject({ before: true });
  const refused = await runCli(db.appUrl, ["terms", "set", "--tenant", "acme", "--below-cost", "yes", "--json"]);
  expect(JSON.parse(refused.out)).toMatchObject({ error: { code: "not_below" } });
  expect(
    await on.sql(
      "SELECT actor_kind, outcome, after FROM audit_event WHERE subject = 'command:terms set' AND outcome <> 'ok' ORDER BY at DESC LIMIT 1",
    ),
  ).toEqual([{ actor_kind: "cli", outcome: "failed", after: { code: "not_below" } }]);
  const unclear = await runCli(db.appUrl, ["terms", "set", "--tenant", "reseller", "--below-cost", "maybe"]);
  expect(unclear.code).not.toBe(0);
  const trail = await on.sql(
    "SELECT after FROM audit_event WHERE tenant_id = $1 AND action = 'limits.set_below_cost' AND outcome = 'ok'",
    [on.reseller.tenantId],
  );
  expect(trail).toHaveLength(2);
});

test("the operator says on the command line which plan tells what carriers ask", async () => {
  await cli("plan", "create", "--name", "Carriers", "--currency", "EUR");
  expect(await cli("plan", "cost", "--plan", "Carriers")).toEqual({ costPlan: "Carriers", before: null });
  expect(await cli("plan", "cost", "--none")).toEqual({ costPlan: null, before: "Carriers" });
  for (const words of [[], ["--plan", "Carriers", "--none"]])
    expect((await runCli(db.appUrl, ["plan", "cost", ...words])).code).not.toBe(0);
});
