import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";

import { momentsIn, writerOf } from "@/server/domain/exports/cells.rules";
import type { ExportColumn } from "@/server/domain/exports/export.schema";

const columns: readonly ExportColumn[] = [
  { key: "at", kind: "moment", about: "" },
  { key: "who", kind: "text", about: "" },
  { key: "cost", kind: "money", about: "" },
  { key: "talk", kind: "decimal", about: "" },
  { key: "n", kind: "number", about: "" },
  { key: "values", kind: "json", about: "" },
];
const at = Date.UTC(2026, 10, 21, 17, 2, 10, 5);
const style = { timeZone: "Europe/Berlin", decimals: "point" } as const;

describe("moments", () => {
  test("carry the offset that held then, through both changes of the clock and where it is no whole hour", () => {
    const berlin = momentsIn("Europe/Berlin");
    expect(berlin(Date.UTC(2026, 9, 25, 0, 59, 59, 999))).toBe("2026-10-25T02:59:59.999+02:00");
    expect(berlin(Date.UTC(2026, 9, 25, 1, 0, 0))).toBe("2026-10-25T02:00:00.000+01:00");
    expect(berlin(Date.UTC(2027, 2, 28, 1, 0, 0))).toBe("2027-03-28T03:00:00.000+02:00");
    expect(momentsIn("Asia/Kathmandu")(0)).toBe("1970-01-01T05:30:00.000+05:30");
    expect(momentsIn("Australia/Lord_Howe")(Date.UTC(2026, 6, 1))).toBe("2026-07-01T10:30:00.000+10:30");
    expect(momentsIn("America/St_Johns")(Date.UTC(2026, 0, 1))).toBe("2025-12-31T20:30:00.000-03:30");
    expect(momentsIn("UTC")(at)).toBe("2026-11-21T17:02:10.005+00:00");
  });
});

describe("CSV", () => {
  const raw = writerOf(columns, { ...style, format: "csv" });
  test("is what a reader of RFC 4180 reads back, whatever stands in a cell", () => {
    for (const who of ["plain", 'a "quoted" one', "a, b", "two\r\nlines", "", "  ", "=1+1", "+493012345678", "ünï"]) {
      const text = raw.head + raw.line([at, who, "-1250000", 61_250, 7, { a: 'x"y' }]);
      expect(parse(text, { columns: true })).toEqual([
        { at: "2026-11-21T18:02:10.005+01:00", who, cost: "-1.250000", talk: "61.25", n: "7", values: '{"a":"x\\"y"}' },
      ]);
    }
    expect(raw.line([null, null, null, null, null, null])).toBe(",,,,,\r\n");
  });

  test("for spreadsheets has a mark in front and no text that becomes a formula or loses digits; numbers stay numbers", () => {
    const safe = writerOf(columns, { ...style, format: "csv_safe" });
    expect(safe.head.charCodeAt(0)).toBe(0xfeff);
    const shown = (who: string) =>
      parse(safe.head.slice(1) + safe.line([at, who, "-1250000", 0, -3, null]), { columns: true });
    for (const who of ["=cmd()", "+4930", "-1", "@x", "\tx", "\rx", "0049301", "4930123456789", "|x", "%x", "\n=x"])
      expect(shown(who)).toMatchObject([{ who: `'${who}`, cost: "-1.250000", n: "-3" }]);
    for (const who of ["Front door", "101", "2026-11-21", "a=b"]) expect(shown(who)).toMatchObject([{ who }]);
  });

  test("with comma decimals has semicolons between cells and points in no amount", () => {
    const comma = writerOf(columns, { ...style, format: "csv", decimals: "comma" });
    const text = comma.head + comma.line([at, "a;b, 1.5", "1250000", 1_500, 2, null]);
    expect(parse(text, { columns: true, delimiter: ";" })).toMatchObject([
      { who: "a;b, 1.5", cost: "1,250000", talk: "1,5" },
    ]);
  });
});

test("JSON lines keep money and moments as texts, numbers as numbers and values as they are", () => {
  const json = writerOf(columns, { ...style, decimals: "comma", format: "jsonl" });
  expect(json.head).toBe("");
  expect(JSON.parse(json.line([at, "=x", "9007199254740993000001", 1_001, 7, { deep: 1 }]))).toEqual({
    at: "2026-11-21T18:02:10.005+01:00",
    who: "=x",
    cost: "9007199254740993.000001",
    talk: "1.001",
    n: 7,
    values: { deep: 1 },
  });
});
