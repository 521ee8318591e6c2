import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRowButTrail, type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
const cli = (...words: string[]) => jsonOf<unknown>(db.appUrl, words);
const of = ["--owner", "reseller"];

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.sql("UPDATE plan SET name = CASE id WHEN $1 THEN 'Office' ELSE 'Buy' END", [on.selling]);
  const extra = await on.plan(on.reseller, {});
  await on.sql("UPDATE plan SET name = 'Night' WHERE id = $1", [extra]);
  await on.sql("UPDATE plan SET name = 'Dollars' WHERE id = $1", [await on.plan(on.reseller, {}, { currency: "USD" })]);
});
afterAll(() => db.drop());

describe("bundles and plans", () => {
  test("are given and taken away", async () => {
    expect(
      await cli("bundle", "create", "--name", "Europe 500", "--minutes", "500", "--prefixes", "49, 43", ...of),
    ).toMatchObject({ name: "Europe 500", unit: "seconds", quantity: 30_000, period: "month", prefixes: ["49", "43"] });
    await cli("bundle", "create", "--name", "Ten calls", "--calls", "10", "--period", "day", "--prefixes", "1", ...of);
    const give = ["bundle", "give", "--tenant", "acme", "--bundle", "Europe 500", ...of];
    expect(await cli(...give)).toEqual({ tenant: "acme", bundle: "Europe 500", changed: true });
    expect(await cli("bundle", "list", "--tenant", "acme")).toMatchObject([{ name: "Europe 500", remaining: 30_000 }]);
    expect(await cli("bundle", "list", ...of)).toMatchObject([
      { name: "Europe 500", holders: 1 },
      { name: "Ten calls", holders: 0 },
    ]);
    await cli("bundle", "end", "--tenant", "acme", "--bundle", "Europe 500", ...of);
    expect(await cli("bundle", "list", "--tenant", "acme")).toEqual([]);

    await cli("plan", "assign", "--tenant", "acme", "--plan", "Night", "--priority", "1");
    expect(await cli("plan", "unassign", "--tenant", "acme", "--plan", "Office")).toEqual({
      tenant: "acme",
      plan: "Office",
      left: [{ name: "Night", priority: 1 }],
    });
    expect(await cli("plan", "assign", "--tenant", "acme", "--plan", "Office")).toEqual({
      tenant: "acme",
      plan: "Office",
    });
  });

  const create = ["bundle", "create", "--name", "New", "--prefixes", "49"];
  test.each<[string, string[], string, RegExp]>([
    ["neither minutes nor calls", create, "invalid_input", /--minutes or --calls/],
    ["both", [...create, "--minutes", "1", "--calls", "1"], "invalid_input", /--minutes or --calls/],
    ["half a minute", [...create, "--minutes", "0.5"], "invalid_input", /--minutes/],
    ["no call", [...create, "--calls", "0"], "invalid_input", /--calls/],
    ["a period nobody knows", [...create, "--calls", "1", "--period", "week"], "invalid_input", /--period/],
    [
      "a prefix with letters",
      ["bundle", "create", "--name", "N", "--prefixes", "49x", "--calls", "1"],
      "invalid_input",
      /--prefixes/,
    ],
    [
      "a name again",
      ["bundle", "create", "--name", "Ten calls", "--prefixes", "49", "--calls", "1", ...of],
      "bundle_taken",
      /name/,
    ],
    ["a bundle that is not there", ["bundle", "give", "--tenant", "acme", "--bundle", "None"], "not_found", /None/],
    [
      "one's own bundle for oneself",
      ["bundle", "give", "--tenant", "reseller", "--bundle", "Ten calls", ...of],
      "not_below",
      /below/,
    ],
    [
      "a plan in another currency",
      ["plan", "assign", "--tenant", "acme", "--plan", "Dollars", "--priority", "2"],
      "currency_mismatch",
      /USD/,
    ],
    [
      "a priority out of order",
      ["plan", "assign", "--tenant", "acme", "--plan", "Night", "--priority", "100"],
      "invalid_input",
      /--priority/,
    ],
    [
      "a plan that the tenant has not",
      ["plan", "unassign", "--tenant", "acme", "--plan", "Dollars"],
      "not_found",
      /Dollars/,
    ],
  ])("%s is refused, and nothing is changed", async (_, words, code, message) => {
    const before = await everyRowButTrail(db);
    const { code: exit, out } = await runCli(db.appUrl, [...words, "--json"]);
    expect(exit).not.toBe(0);
    expect(JSON.parse(out)).toEqual({ error: { code, message: expect.stringMatching(message) } });
    expect(await everyRowButTrail(db)).toBe(before);
  });
});
