import { describe, expect, test } from "vitest";

import { latin, pricesOf, reading } from "@/test/support/deck-reading";

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
    // Grace is asked about; nothing else is.
    expect(
      problems.filter(({ severity, reason }) => severity !== "warning" || !reason.includes("free_seconds")),
    ).toEqual([]);
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
