import { expect, test } from "vitest";

import { isolated, runsOf } from "@/server/domain/statements/letters";
import { covers } from "@/server/domain/statements/scripts";

const drawn = (line: string) => runsOf(line, covers).map(({ script, text }) => `${script}:${text}`);

test("each letter is drawn by the first font that has it, and a line that needs the wider one wholly by that", () => {
  expect(drawn("Żółw & Söhne")).toEqual(["own:Żółw & Söhne"]);
  expect(drawn("Ελλάδα AE, Москва")).toEqual(["latin:Ελλάδα AE, Москва"]);
  expect(drawn("Nguyễn Thế")).toEqual(["latin:Nguyễn Thế"]);
  expect(drawn("北京电信 China")).toEqual(["han:北京电信", "own: China"]);
  expect(drawn("東京でんわ")).toEqual(["han:東京でんわ"]);
});

test("words that are read from the right stand from the right, with their brackets turned and figures as they are", () => {
  // The font itself turns what is of its script.
  expect(drawn("שלום (עולם) 2026")).toEqual(["own:2026", "own: (", "hebrew:עולם", "own:) ", "hebrew:שלום"]);
  expect(drawn("شركة STC")).toEqual(["own:STC", "own: ", "arabic:شركة"]);
  expect(drawn("to شركة 12 now")).toEqual(["own:to ", "own:12", "own: ", "arabic:شركة", "own: now"]);
  expect(drawn("شارع ١٢")).toEqual(["arabic:١", "arabic:٢", "own: ", "arabic:شارع"]);
});

test("a name within a sentence does not turn the sentence", () => {
  expect(drawn("ضريبة 19 % on 5")[0]).toBe("own:on 5");
  expect(drawn(`${isolated("ضريبة")} 19 % on 5`)).toEqual(["arabic:ضريبة", "own: 19 % on 5"]);
});

test("a letter that no font has shows as missing, its accents go, and nothing turns what follows it", () => {
  expect(drawn("a \u{1f600} b")).toEqual(["own:a ", "latin:\ufffd", "own: b"]);
  expect(drawn("\u{1f468}\u200d\u{1f469}\ufe0f")).toEqual(["latin:\ufffd\u200d\ufffd"]);
  expect(drawn("a\r\n\tb\u2028c\u0000d")).toEqual(["own:a   b c d"]);
  expect(drawn("\u202ea\u2066b\u200fc")).toEqual(["own:abc"]);
  expect(drawn("\u0301\ufb01")).toEqual(["latin:\ufb01"]);
  expect(drawn("\ud83d x")).toEqual(["latin:\ufffd", "own: x"]);
  expect(drawn("")).toEqual([]);
});
