import { describe, expect, test } from "vitest";
import type { DeckSettings } from "@/server/domain/decks/deck.schema";
import { inspectFile, readRows } from "@/server/domain/decks/deck-file";
import type { RowProblem, StagedRow } from "@/server/domain/decks/row.rules";

/** A file as somebody sends it, cut into pieces as a stream may cut it: in the middle of letters, too. */
async function reading(file: string | Uint8Array, settings: DeckSettings = {}, pieces = 7) {
  const bytes = Buffer.from(file);
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
  };
  const { layout, sha256 } = await inspectFile(source, settings);
  const rows: StagedRow[] = [];
  const problems: RowProblem[] = [];
  for await (const batch of readRows(source, layout, { currency: "EUR", symbol: "€" })) {
    rows.push(...batch.rows);
    problems.push(...batch.problems);
  }
  return { layout, sha256, rows, problems };
}

const pricesOf = async (file: string | Uint8Array, settings?: DeckSettings) =>
  (await reading(file, settings)).rows.map((row) => [row.prefix, row.perMinute]);
const problemsOf = async (file: string, settings?: DeckSettings) =>
  (await reading(file, settings)).problems.map(({ severity, line, column, value }) => [severity, line, column, value]);
const latin = (text: string) => Buffer.from(text, "latin1");

describe("the form of a file is found", () => {
  test.each([
    ["commas", "prefix,rate\n49,0.01\n4915,0.05\n", {}],
    [
      "semicolons and a decimal comma",
      "prefix;rate\n49;0,01\n4915;0,05\n",
      { delimiter: "semicolon", decimal: "comma" },
    ],
    ["tabs, CRLF", "prefix\trate\r\n49\t0.01\r\n4915\t0.05\r\n", { delimiter: "tab" }],
    ["bars, old Macintosh lines", "prefix|rate\r49|0.01\r4915|0.05", { delimiter: "pipe" }],
    [
      "quotes and a decimal comma between commas",
      'prefix,rate\n"49","0,01"\n"4915","0,05"\n',
      { delimiter: "comma", decimal: "comma" },
    ],
    ["a byte order mark", "\uFEFFprefix,rate\n49,0.01\n4915,0.05\n", { encoding: "utf-8" }],
    [
      "UTF-16 as a spreadsheet's text",
      Buffer.from("\uFEFFprefix\trate\r\n49\t0.01\r\n4915\t0.05\r\n", "utf16le"),
      { encoding: "utf-16le" },
    ],
    [
      "a title and an empty line above",
      "Price list of May;;\n\nDial code;Cost / Min (EUR)\n49;0,01\n4915;0,05\n",
      { header: 3 },
    ],
    [
      "a spreadsheet's own word about its delimiter",
      "sep=;\nprefix;rate\n49;0,01\n4915;0,05\n",
      { header: 2, delimiter: "semicolon" },
    ],
    [
      "columns that nobody asked for",
      "id,prefix,weight,rate\n1,49,5,0.01\n2,4915,5,0.05\n",
      { columns: [null, "prefix", null, "rate"] },
    ],
  ] as const)("%s", async (_name, file, found) => {
    const { layout, rows, problems } = await reading(file);
    expect(layout).toMatchObject(found);
    expect(rows.map((row) => [row.prefix, row.perMinute])).toEqual([
      ["49", 10_000n],
      ["4915", 50_000n],
    ]);
    expect(problems).toEqual([]);
  });

  test("Windows-1252 is told from UTF-8 by all of the file, not its beginning", async () => {
    const ascii = "prefix,destination,rate\n".padEnd(300_000, "49,Germany,0.01\n");
    const { layout, rows } = await reading(latin(`${ascii}\n43,\xD6sterreich,0.02\n`), {}, 65_536);
    expect(layout.encoding).toBe("windows-1252");
    expect(rows.at(-1)).toMatchObject({ prefix: "43", destination: "Österreich" });
    expect((await reading("prefix,destination,rate\n43,Österreich,0.02\n", {}, 1)).rows[0]?.destination).toBe(
      "Österreich",
    );
  });

  test.each([
    [
      "of one system",
      "Code,Destination,Connection Cost,Grace Time,Cost / Min,Initial Increment,Increment",
      "49,Germany,0.03,2,0.0125,30,6",
    ],
    [
      "of another",
      "prefix,destination,rate_surcharge,rate_nocharge_time,rate_cost,rate_minimum,rate_increment",
      "49,Germany,0.03,2,0.0125,30,6",
    ],
    [
      "with increments in one",
      "Dial Code,Country,Connect Fee,Grace,Price per minute EUR,Billing Increments",
      "49,Germany,0.03,2,0.0125,30/6",
    ],
  ])("the names of columns %s", async (_name, header, row) => {
    const { rows, problems } = await reading(`${header}\n${row}\n`);
    expect(problems).toEqual([]);
    const price = { prefix: "49", destination: "Germany", perMinute: 12_500n, connectionFee: 30_000n };
    expect(rows).toMatchObject([{ ...price, graceSeconds: 2, firstSeconds: 30, nextSeconds: 6 }]);
  });

  test("a code that is called destination, and the country beside it", async () => {
    const { rows } = await reading("Country,Destination,Rate,Connection fee\nGermany,49,0.01,0\nFrance,33,0.02,0\n");
    expect(rows).toMatchObject([
      { prefix: "49", destination: "Germany" },
      { prefix: "33", destination: "France" },
    ]);
  });

  test("country and area apart", async () => {
    const file = "Country code,Area codes,Rate\n44,7|20,0.01\n49,,0.02\n";
    expect(await pricesOf(file)).toEqual([
      ["447", 10_000n],
      ["4420", 10_000n],
      ["49", 20_000n],
    ]);
  });

  test("what is said about a file wins over what is found", async () => {
    const file = "49;0,01;x\n33;0,02;x\n";
    const said = { header: 0, columns: ["prefix", "rate", "-"], increments: "1/1" } as const;
    const { rows } = await reading(file, { ...said, columns: [...said.columns] });
    expect(rows).toMatchObject([
      { prefix: "49", perMinute: 10_000n, firstSeconds: 1, nextSeconds: 1, line: 1 },
      { prefix: "33", line: 2 },
    ]);
    await expect(pricesOf("prefix,rate\n49,0,01\n", { decimal: "point" })).resolves.toEqual([["49", 0n]]);
  });

  test.each([
    ["an empty file", ""],
    ["a workbook", Buffer.from([0x50, 0x4b, 0x03, 0x04, 1, 2, 3])],
    ["a compressed file", Buffer.from([0x1f, 0x8b, 8, 0])],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0])],
    ["no names and no word about it", "49,0.01\n33,0.02\n"],
    ["no price among the names", "prefix,destination\n49,Germany\n"],
  ])("%s is refused whole, with a sentence", async (_name, file) => {
    await expect(reading(file)).rejects.toMatchObject({
      code: "deck_unreadable",
      sentence: expect.stringMatching(/^[A-Z].{15,}\.$/),
    });
  });
});

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

describe("the other columns", () => {
  const all =
    "prefix,rate,connection_fee,initial_increment,increment,grace_seconds,free_seconds,minimum_charge,max_charge,beyond,steps,hours,direction,status";
  test("all of them", async () => {
    const { rows, problems } = await reading(
      `${all}\n49,0.01,0.02,30,6,3,10,0.05,1.5,free,60:0.05:1;600:0.04:60,mon-tue 08:00-19:00; sun 22:00-mon 02:00,in,change\n`,
    );
    expect(problems).toEqual([]);
    expect(rows).toMatchObject([
      {
        connectionFee: 20_000n,
        firstSeconds: 30,
        nextSeconds: 6,
        graceSeconds: 3,
        freeSeconds: 10,
        minimumCharge: 50_000n,
        maxCharge: 1_500_000n,
        beyond: "free",
        stepFrom: "{60,600}",
        stepPerMinute: "{50000,40000}",
        stepIncrement: "{1,60}",
        hours: "{[480,1140),[1920,2580),[9960,10080),[0,120)}",
        direction: "in",
        status: "set",
      },
    ]);
  });

  test.each([
    ["connection_fee", "-1"],
    ["initial_increment", "0"],
    ["initial_increment", "3601"],
    ["increment", "60/6/1"],
    ["increment", "x"],
    ["grace_seconds", "1.5"],
    ["free_seconds", "86401"],
    ["max_charge", "0"],
    ["max_charge", "0.01", "minimum_charge", "0.02"],
    ["beyond", "later"],
    ["steps", "60:0.05"],
    ["steps", "60:0.05:1;60:0.04:1"],
    ["steps", "0:0.05:1"],
    ["hours", "mon 19:00-08:00"],
    ["hours", "someday"],
    ["hours", "mon 08:00-25:00"],
    ["direction", "up"],
    ["status", "maybe"],
    ["status", "block"],
    ["effective_from", "2026-02-30"],
    ["effective_from", "46357"],
    ["effective_from", "03/04/2027"],
    ["effective_to", "soon"],
    ["effective_to", "2026-13-01"],
  ])("%s %s is refused", async (column, cell, other = "comment", second = "") => {
    const { problems } = await reading(`prefix,rate,${column},${other}\n49,0.01,"${cell}",${second}\n`);
    expect(problems).toMatchObject([{ severity: "error", line: 2, column, value: cell }]);
  });

  test.each([
    ["2027-01-31", "L2027-01-31 00:00:00"],
    ["2027-01-31T10:30:00Z", "2027-01-31 10:30:00Z"],
    ["2027-01-31 10:30+02:00", "2027-01-31 10:30:00+02:00"],
    ["31.1.2027", "L2027-01-31 00:00:00"],
    ["31/01/2027 08:00", "L2027-01-31 08:00:00"],
    ["2027-01-31T10:30:00.000001Z", "2027-01-31 10:30:00.000001Z"],
  ])("the date %s", async (cell, text) => {
    expect((await reading(`prefix,rate,effective from\n49,0.01,${cell}\n`)).rows).toMatchObject([{ starts: text }]);
  });

  test("day or month first is told by a date that tells, or by a person", async () => {
    const file = (first: string) => `prefix,rate,valid from\n49,0.01,${first}\n33,0.01,03/04/2027\n`;
    const starts = async (first: string, settings?: DeckSettings) =>
      (await reading(file(first), settings)).rows.map((row) => row.starts.slice(1, 11));
    expect(await starts("25/12/2026")).toEqual(["2026-12-25", "2027-04-03"]);
    expect(await starts("12/25/2026")).toEqual(["2026-12-25", "2027-03-04"]);
    expect(await starts("05/04/2027", { dates: "mdy" })).toEqual(["2027-05-04", "2027-03-04"]);
  });
});

describe("damaged files", () => {
  test("a quotation mark that is never closed is an error with its line, not a lost rest", async () => {
    const { rows, problems } = await reading(
      'prefix,destination,rate\n49,Germany,0.01\n33,"France,0.02\n34,Spain,0.03\n',
    );
    expect(rows.map((row) => row.prefix)).not.toContain("34");
    expect(problems).toMatchObject([{ severity: "error", line: 4, reason: expect.stringContaining("quotation mark") }]);
  });

  test("short rows, empty rows and rows of nothing but commas", async () => {
    const { rows, problems } = await reading("prefix,destination,rate\n49,Germany,0.01\n\n,,\n33\n");
    expect(rows).toHaveLength(1);
    expect(problems).toMatchObject([{ line: 5, column: "rate" }]);
  });

  test("control characters do not get through, and names are cut to what fits", async () => {
    const { rows, problems } = await reading(
      `prefix,destination,rate\n49,"Ger\u001b[2J\u001fmany",0.01\n33,${"😀".repeat(130)},0.01\n`,
    );
    expect(rows[0]?.destination).toBe("Ger [2J many");
    expect(Array.from(rows[1]?.destination ?? "")).toHaveLength(120);
    expect(problems).toMatchObject([{ severity: "warning", line: 3 }]);
  });
});
