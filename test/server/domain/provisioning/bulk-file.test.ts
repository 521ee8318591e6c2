import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { numbersText } from "@/server/domain/provisioning/bulk";
import { readBulkFile, rowsOfRange } from "@/server/domain/provisioning/bulk-file";
import { hostileText } from "@/test/support/hostile-text";

describe("a file", () => {
  test("is read by the names of its columns, whatever they are called and what stands between", () => {
    for (const csv of [
      "extension,name,caller_id,max_channels,daily_cap\n101,Front door,+49 30 1234567,3,10.50\n",
      "\uFEFFExt;Display Name;CID;Max. calls;Daily cap\r\n101;Front door;+49 30 1234567;3;10.50\r\n",
      'daily cap\tNebenstelle\tName\tRufnummer\tchannels\n"10.50"\t101\t"Front door"\t4930/1234567\t3',
    ]) {
      expect(readBulkFile(csv)).toEqual({
        rows: [
          {
            line: 2,
            number: "101",
            displayName: "Front door",
            callerId: "49301234567",
            maxCalls: 3,
            dailyCap: 10_500_000n,
          },
        ],
        problems: [],
        ignored: [],
      });
    }
  });

  test("says of each wrong row its line, its column as the file calls it, and why", () => {
    const csv = [
      "Ext,Name,Channels,Room",
      "101,Front door,,1",
      "0101,Zero,,2",
      "",
      "102,,2,3",
      "103,Many,many,4",
      "101,Again,,5",
      '104,"open,,6',
    ].join("\n");
    const { rows, problems, ignored } = readBulkFile(csv);
    expect(rows.map(({ number }) => number)).toEqual(["101"]);
    expect(problems.map(({ line, column, value }) => [line, column, value])).toEqual([
      [3, "Ext", "0101"],
      [5, "Name", ""],
      [6, "Channels", "many"],
      [7, "Ext", "101"],
      [8, "", ""],
    ]);
    expect(problems[3]?.reason).toBe("It is in line 2 already.");
    expect(ignored).toEqual(["Room"]);
  });

  test.each([
    ["", "number"],
    ["name\nFront door", "number"],
    ["number\n101", "name"],
    ["number,extension,name\n101,101,x", "Two columns"],
    ["number,name\n", "no row"],
  ])("%j cannot be read", (csv, why) => {
    expect(() => readBulkFile(csv)).toThrow("invalid_input");
    try {
      readBulkFile(csv);
    } catch (error) {
      expect((error as { sentence: string }).sentence).toContain(why);
    }
  });

  test("of ten thousand rows is read, of one more is not", () => {
    const lines = Array.from({ length: 10_001 }, (_, at) => `${at + 10_000},Somebody`);
    expect(readBulkFile(["number,name", ...lines.slice(0, 10_000)].join("\n")).rows).toHaveLength(10_000);
    expect(() => readBulkFile(["number,name", ...lines].join("\n"))).toThrow("too_large");
  });

  test("full of anything is read into rows and problems, or refused in words", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 8 }), (cells) => {
        const { rows, problems } = readBulkFile(`number,name\n101,Good\n${cells.join(",")}\n`);
        expect(rows[0]?.number).toBe("101");
        for (const { displayName } of rows) expect(displayName).not.toMatch(/\p{Cc}/u);
        for (const { reason } of problems) expect(reason.length).toBeGreaterThan(5);
      }),
    );
  });
});

describe("a range", () => {
  test("names each by the pattern, or puts the number behind", () => {
    const range = { firstNumber: "101", lastNumber: "103", partly: false };
    expect(rowsOfRange({ ...range, namePattern: "Room {number} ({number})" }).rows).toEqual([
      { line: 1, number: "101", displayName: "Room 101 (101)" },
      { line: 2, number: "102", displayName: "Room 102 (102)" },
      { line: 3, number: "103", displayName: "Room 103 (103)" },
    ]);
    expect(rowsOfRange({ ...range, namePattern: "Room" }).rows[0]?.displayName).toBe("Room 101");
  });

  test("ends after it begins, and has at most ten thousand", () => {
    const range = { namePattern: "Room", partly: false };
    expect(() => rowsOfRange({ ...range, firstNumber: "103", lastNumber: "101" })).toThrow("invalid_input");
    expect(() => rowsOfRange({ ...range, firstNumber: "10000", lastNumber: "20000" })).toThrow("too_large");
    expect(rowsOfRange({ ...range, firstNumber: "10000", lastNumber: "19999" }).rows).toHaveLength(10_000);
  });
});

test("many numbers are written as people write them", () => {
  expect(numbersText(["103", "101", "102", "110"])).toBe("101–103, 110");
  expect(numbersText([])).toBe("");
  expect(numbersText(Array.from({ length: 100 }, (_, at) => String(100 + at * 2)))).toMatch(/ and 60 more$/);
});
