import { describe, expect, test } from "vitest";

import {
  cellText,
  clockText,
  decimalText,
  exactText,
  isDay,
  isDrawn,
  kindWords,
  placesOf,
  writtenDay,
} from "@/server/domain/statements/statement.rules";
import { inLanguage } from "@/server/infra/words/speaking";
import { numberFormat } from "@/server/kernel/locale";

test.each([
  [0n, 2, "0.00"],
  [12_500_000n, 2, "12.50"],
  [-12_500_000n, 2, "\u221212.50"],
  [12_500n, 2, "0.0125"],
  [-71n, 2, "\u22120.000071"],
  [1_234_567_890_000n, 2, "1,234,567.89"],
  [999_000_000n, 0, "999"],
  [999_500_000n, 0, "999.5"],
  [1_000n, 3, "0.001"],
  [1_000_000_000n, 2, "1,000.00"],
])("%s micros with %s decimals are shown exactly as %s", (amount, decimals, text) => {
  expect(exactText(amount, decimals)).toBe(text);
});

test("a column has the decimals of its most exact amount, and those of the currency at least", () => {
  expect(placesOf([], 2)).toBe(2);
  expect(placesOf([1_000_000n, -12_500n], 2)).toBe(4);
  expect(placesOf([1n], 0)).toBe(6);
  expect(exactText(-12_500_000n, placesOf([1_500n, 0n], 2))).toBe("\u221212.5000");
});

test.each(["en", "de", "es", "fr", "pt", "ar"] as const)(
  "figures are those of Intl in %s, on every machine",
  (language) => {
    inLanguage(language, () => {
      for (const value of [0, 999, 1_234, 12_345, 1_234_567]) {
        const wanted = numberFormat({ minimumFractionDigits: 2 }).format(value).replaceAll("\u202f", "\u00a0");
        expect(exactText(BigInt(value) * 1_000_000n, 2)).toBe(wanted);
      }
      expect(decimalText("7.5")).toBe(numberFormat().format(7.5));
    });
  },
);

test("a day is written as in the language", () => {
  const written = (["en", "de", "fr", "ar"] as const).map((each) => inLanguage(each, () => writtenDay("2026-03-31")));
  expect(written).toEqual(["2026-03-31", "31.03.2026", "31/03/2026", "31/03/2026"]);
});

describe("a cell for a spreadsheet", () => {
  test.each(["=1+1", "+49", "-2", "@SUM(A1)", "  =x", "\t=x", "\r\n=x"])("%j is text, not a formula", (text) => {
    expect(cellText(text)).toMatch(/^'/);
  });
  test("stays one line, and what is harmless stays as it is", () => {
    expect(cellText("a\r\nb\u2028c")).toBe("a b c");
    expect(cellText("Call to +49 30")).toBe("Call to +49 30");
    expect(cellText("")).toBe("");
  });
});

test("seconds are read as a clock", () => {
  expect([0, 59, 60, 3_599, 3_600, 36_061].map(clockText)).toEqual([
    "0:00",
    "0:59",
    "1:00",
    "59:59",
    "1:00:00",
    "10:01:01",
  ]);
});

test("a day is one of the calendar", () => {
  expect(["2026-02-28", "2024-02-29"].every(isDay)).toBe(true);
  expect(["2026-02-29", "2026-2-1", "2026-13-01", "today", "2026-01-01T00:00:00Z", ""].some(isDay)).toBe(false);
});

test("the document's own font has the letters of Latin languages, and not those that need more than one accent", () => {
  expect(Array.from("Żółw & Söhne \u2013 Škoda Ștefan 12 \u20ac").every(isDrawn)).toBe(true);
  expect(Array.from("ễẠЖ木\u{1f600}\uff21\t\u2028\u202e").some(isDrawn)).toBe(false);
});

test("a kind without a word is read from its name", () => {
  expect([kindWords("charge"), kindWords("late_fee")]).toEqual(["Calls", "Late fee"]);
});
