import { describe, expect, test } from "vitest";

import { pricesOf, problemsOf, reading } from "@/test/support/deck-reading";

describe("prefixes", () => {
  test.each([
    ["+49", ["49"]],
    ["0049", ["49"]],
    ["^49.*", ["49"]],
    ["^0049(.*)$", ["49"]],
    ["_49.", ["49"]],
    ["'4915", ["4915"]],
    ['"=""4915"""', ["4915"]],
    ["1204;1226", ["1204", "1226"]],
    ['"1204, 1226"', ["1204", "1226"]],
    ["4470-4473", ["4470", "4471", "4472", "4473"]],
    ["4478-81", ["4478", "4479", "4480", "4481"]],
    ["4470 \u2013 4471;4475", ["4470", "4471", "4475"]],
    ["49;49", ["49"]],
  ])("%s", async (cell, prefixes) => {
    expect((await pricesOf(`prefix,rate\n${cell},0.01\n`)).map(([prefix]) => prefix)).toEqual(prefixes);
  });

  test.each([
    "4.47E+09",
    "4,47E+09",
    "44e5",
    "44.7",
    "0",
    "049x",
    "abc",
    "4470-",
    "4479-4470",
    "447-44799",
    "1-9999",
    "1234567890123456",
    "4470-4475-4480",
    "0000",
    ";",
  ])("%s is refused at its line, and no other row suffers", async (cell) => {
    const { rows, problems } = await reading(`prefix,rate\n33,0.01\n"${cell}",0.01\n34,0.01\n`);
    expect(problems).toMatchObject([{ severity: "error", line: 3, column: "prefix", value: cell }]);
    expect(rows.map((row) => row.prefix)).toEqual(["33", "34"]);
  });

  test("what a spreadsheet damaged is called that", async () => {
    expect((await reading("prefix,rate\n4.47E+09,0.01\n")).problems[0]?.reason).toContain("spreadsheet");
  });
});

describe("prices", () => {
  test.each([
    ["0.0125", 12_500n],
    [".5", 500_000n],
    ["1", 1_000_000n],
    ["€0.01", 10_000n],
    ["0.01 €", 10_000n],
    ["0.012500000", 12_500n],
    ["1000", 1_000_000_000n],
  ])("%s", async (cell, price) => {
    expect(await pricesOf(`prefix,rate\n49,${cell}\n`)).toEqual([["49", price]]);
  });

  test.each([
    "",
    "-0.01",
    "1000.000001",
    "0.0000001",
    "1.2E-02",
    "$0.01",
    "0.01 USD",
    "free",
    "0.1.2",
    "1 000",
    "NaN",
    "0x10",
    "\u0661",
  ])("%s is refused", async (cell) => {
    expect(await problemsOf(`prefix,rate\n49,"${cell}"\n`)).toEqual([["error", 2, "rate", cell]]);
  });

  test("a comma where the point is the decimal sign is never taken for a sign of thousands", async () => {
    expect(await problemsOf('prefix,rate\n49,0.01\n33,0.02\n34,"0,012"\n')).toEqual([["error", 4, "rate", "0,012"]]);
    expect(await problemsOf("prefix;rate\n49;0,01\n33;0,02\n34;1.250\n")).toEqual([["error", 4, "rate", "1.250"]]);
  });

  test("nothing and the most there is are warned of", async () => {
    const file = "prefix,rate\n49,0\n33,1000\n34,1000.01\n";
    expect(await problemsOf(file)).toEqual([
      ["warning", 2, "rate", "0"],
      ["warning", 3, "rate", "1000"],
      ["error", 4, "rate", "1000.01"],
    ]);
    expect(await pricesOf(file)).toEqual([
      ["49", 0n],
      ["33", 1_000_000_000n],
    ]);
  });

  test("another currency is refused row by row", async () => {
    expect(await problemsOf("prefix,rate,currency\n49,0.01,eur\n33,0.01,USD\n")).toEqual([
      ["error", 3, "currency", "USD"],
    ]);
  });
});
