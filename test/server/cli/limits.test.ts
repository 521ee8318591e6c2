import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRowButTrail, type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
const cli = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, words);

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.phone(on.customer, "101");
});
afterAll(() => db.drop());

describe("limits", () => {
  test("are set, shown and tried, for a tenant and for an extension", async () => {
    expect(await cli("limits", "set", "--tenant", "acme", "--daily", "20.00", "--max-calls", "4")).toEqual({
      tenant: "acme",
      extension: null,
      dailyCap: "20.000000",
      maxCalls: 4,
    });
    await cli("limits", "set", "--tenant", "acme", "--by", "reseller", "--daily", "15", "--max-per-minute", "0.5");
    expect(await cli("limits", "show", "--tenant", "acme")).toMatchObject({
      currency: "EUR",
      effective: { dailyCapMicros: "15000000", maxPerMinuteMicros: "500000", maxCalls: 4, monthlyCapMicros: null },
      own: { dailyCapMicros: "20000000", maxPerMinuteMicros: null },
      above: { dailyCapMicros: "15000000", maxCalls: null },
    });
    await cli("limits", "set", "--tenant", "acme", "--by", "reseller", "--daily", "none");
    expect(await cli("limits", "show", "--tenant", "acme")).toMatchObject({
      effective: { dailyCapMicros: "20000000" },
    });
    await cli("limits", "set", "--tenant", "acme", "--extension", "101", "--call", "1.5");
    expect(await cli("limits", "show", "--tenant", "acme", "--extension", "101")).toMatchObject({
      extension: "101",
      callCapMicros: "1500000",
    });
    expect(await cli("limits", "preview", "--tenant", "acme", "--daily", "1", "--extension", "101")).toMatchObject({
      stopped: { dailyCap: { days: 0, calls: 0 }, callCap: null },
      most: { dailyCap: "0" },
    });
    const trail = await on.sql("SELECT actor_kind FROM audit_event WHERE tenant_id = $1 AND action = 'limits.set'", [
      on.customer.tenantId,
    ]);
    expect(trail).toEqual(Array.from({ length: 4 }, () => ({ actor_kind: "cli" })));
  });

  const set = ["limits", "set", "--tenant", "acme"];
  test.each<[string, string[], string, RegExp]>([
    ["nothing to set", set, "invalid_input", /--daily/],
    ["a negative cap", [...set, "--daily", "-5"], "invalid_input", /--daily/],
    ["a word", [...set, "--max-calls", "many"], "invalid_input", /--max-calls/],
    ["a price beyond all prices", [...set, "--max-per-minute", "1001"], "invalid_input", /--max-per-minute/],
    ["an unknown extension", [...set, "--extension", "999", "--daily", "1"], "not_found", /999/],
    [
      "a count that an extension has not",
      [...set, "--extension", "101", "--max-calls-per-minute", "1"],
      "invalid_input",
      /tenant only/,
    ],
    [
      "an extension's limit from above",
      [...set, "--extension", "101", "--by", "reseller", "--daily", "1"],
      "invalid_input",
      /--by/,
    ],
    [
      "one from a tenant that is not above",
      ["limits", "set", "--tenant", "reseller", "--by", "acme", "--daily", "1"],
      "not_below",
      /below/,
    ],
    ["a tenant that is not there", ["limits", "show", "--tenant", "nobody"], "not_found", /nobody/],
  ])("refuse %s", async (_, words, code, message) => {
    const before = await everyRowButTrail(db);
    const { code: exit, out } = await runCli(db.appUrl, [...words, "--json"]);
    expect(exit).not.toBe(0);
    expect(JSON.parse(out)).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
    expect(await everyRowButTrail(db)).toBe(before);
  });
});
