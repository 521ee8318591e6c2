import { describe, expect, test } from "vitest";

import { lineInWords, lineSentences, storedLineSentences, termsInWords } from "@/server/api/line-words";
import { sentences } from "@/server/api/sentence-words";
import { readCarrierRow, readHeading } from "@/server/domain/cdr-import/carrier-row.rules";
import { readAmount } from "@/server/domain/decks/cells.rules";
import { inLanguage } from "@/server/infra/words/speaking";
import { sourceAt, trackedFiles } from "@/test/architecture/tidy/source";

const files = trackedFiles();
const textOf = (wanted: RegExp): string =>
  files
    .filter((path) => wanted.test(path))
    .map((path) => sourceAt(path).text)
    .join("\n");
const codeIn = (wanted: RegExp): string => textOf(wanted).replace(/\$\{[^{}]*\}/g, "{}");
const bare = (sentence: string): string => sentence.replace(/\{\w+\}/g, "{}");
const german = (sentence: string) => inLanguage("de", () => lineInWords(sentence));

test("what is wrong with a row of a file is said with what stands in it, and stays where it has no words", () => {
  const said = (sentence: string) => inLanguage("de", () => lineInWords(sentence));
  expect(said("It is in line 7 already.")).toBe("Steht schon in Zeile 7.");
  expect(said("The plan is in EUR, the tenant in USD.")).toBe("Der Tarif ist in EUR, der Mandant in USD.");
  expect(said("There is no country XX; use two letters such as DE.")).toBe(
    "Es gibt kein Land XX; nehmen Sie zwei Buchstaben wie DE.",
  );
  expect(said("Too odd.")).toBe("Too odd.");
  expect(inLanguage("en", () => lineInWords("It is missing."))).toBe("It is missing.");
});

test("a value that is to blame stands behind its reason, in each language", () => {
  const layout = readHeading("start,to,seconds", ",", "auto");
  if ("missing" in layout) throw new Error(layout.missing);
  const row = readCarrierRow("2026-03-01 10:00:00,49301,soon", 2, layout, {
    ...{ source: "wholesale", zone: "UTC", dateOrder: "auto", currency: "EUR" },
  });
  expect("reason" in row && german(row.reason)).toBe('ist keine Dauer: "soon"');
  expect(german('is odd: "soon"')).toBe('is odd: "soon"');
});

test("a deck's comma is told apart from its point", () => {
  expect(german(readAmount("1,5", "point", "").problem ?? "")).toMatch(/^Hier steht ein Komma/);
  expect(german(readAmount("1.5", "comma", "").problem ?? "")).toMatch(/^Hier steht ein Punkt/);
});

test("terms that a deck changes are told one by one", () => {
  const note = "connection fee 0.1 → 0.2, increments 60/60 → 1/1, end";
  expect(inLanguage("en", () => termsInWords(note))).toBe(note);
  expect(inLanguage("de", () => termsInWords(note))).toBe("Verbindungsgebühr 0.1 → 0.2, Takt 60/60 → 1/1, Ende");
  expect(inLanguage("de", () => termsInWords(""))).toBe("");
});

describe("the sentences", () => {
  test("stand where lines are read as they stand in the list", () => {
    const code = codeIn(/^(server\/domain\/(decks|blocks|cdr-import)|workers\/tasks)\/.*\.ts$/);
    const isThere = (sentence: string) =>
      [`"${sentence}"`, `\`${bare(sentence)}\``].some((text) => code.includes(text));
    expect(lineSentences.filter((sentence) => !isThere(sentence))).toEqual([]);
    const sql = textOf(/^prisma\/migrations\/.*\.sql$/);
    const parts = (sentence: string) => sentence.split(/\{\w+\}/).filter((part) => part.trim() !== "");
    expect(storedLineSentences.filter((sentence) => !parts(sentence).every((part) => sql.includes(part)))).toEqual([]);
  });

  test("leave out none that a line of a deck or of a hot list can be refused for", () => {
    const known = new Set([...lineSentences, ...sentences].map(bare));
    const deck = codeIn(/^server\/domain\/decks\/(cells|row|week)\.rules\.ts$/).matchAll(
      /["`]([A-Z][^"`\n]* [^"`\n]*[.?])["`]/g,
    );
    const hot = textOf(/hot-line\.rules\.ts$/).matchAll(/reason: "([^"]+)"/g);
    const said = [...deck, ...hot].map(([, sentence = ""]) => sentence);
    expect(said.length).toBeGreaterThan(40);
    expect(said.filter((sentence) => !known.has(sentence))).toEqual([]);
  });
});
