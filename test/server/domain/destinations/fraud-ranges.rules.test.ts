import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readFraudRanges } from "@/server/domain/destinations/fraud-ranges.rules";
import { createDatabase, type TestDatabase } from "@/test/support/database";

describe("a list of ranges", () => {
  test("is read with commas or semicolons, quotes, a plus sign, remarks and any end of line; the last of two counts", () => {
    const text =
      '\uFEFFprefix,country,reason\r\n# ours\r\n+3519;pt;Rented out\r\n\n"53",CU,"Dear, ""very"""\n1242,BS,Bait\n1242,BS,Baits\n';
    expect(readFraudRanges(text)).toEqual({
      problems: [],
      ranges: [
        { prefix: "3519", country: "PT", whole: false, reason: "Rented out" },
        { prefix: "53", country: "CU", whole: true, reason: 'Dear, "very"' },
        { prefix: "1242", country: "BS", whole: true, reason: "Baits" },
      ],
    });
  });

  test.each([
    ["", "there is no range in it"],
    ["prefix,country,reason\n", "there is no range in it"],
    ["3519,PT", "is not prefix, country and reason"],
    ["0351,PT,x", "its prefix is not 2 to 15 digits with the country's code"],
    ["1,US,x", "its prefix is not 2 to 15 digits with the country's code"],
    ["3519,ZZ,x", "there is no country ZZ"],
    ["44,PT,x", "numbers of PT begin with 351"],
    ["3519,PT,", "it needs a reason, of at most 200 letters"],
    [`3519,PT,${"x".repeat(201)}`, "it needs a reason, of at most 200 letters"],
    ["<script>,PT,x", "is not prefix, country and reason"],
  ])("%j says: %s", (text, problem) => {
    expect(readFraudRanges(text).problems.map((one) => one.problem)).toEqual([problem]);
  });
});

describe("the list of the house", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase();
  });
  afterAll(() => db.drop());

  test("holds in a new database as its file has it", async () => {
    const file = readFileSync("server/domain/destinations/fraud-ranges.csv", "utf8");
    const { ranges, problems } = readFraudRanges(file);
    expect(problems).toEqual([]);
    const { rows } = await db.owner.query("SELECT prefix, country, whole, reason FROM fraud_range ORDER BY prefix");
    expect(rows).toEqual(ranges.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1)));
  });
});
