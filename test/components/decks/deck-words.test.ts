import { expect, test } from "vitest";

import {
  changesOf,
  isMoving,
  marginText,
  percentText,
  sizeText,
  stateWords,
  warningsOf,
} from "@/components/decks/deck-words";

test("a change of price in percent, rounded to a tenth, never to nothing", () => {
  const cases = [
    [10_000n, 12_500n, "+25 %"],
    [12_500n, 10_000n, "\u221220 %"],
    [10_000n, 10_125n, "+1.3 %"],
    [1_000_000n, 1_000_001n, "+<0.1 %"],
    [10_000n, 10_000n, "0 %"],
    [0n, 10_000n, "from 0"],
    [10_000n, 0n, "\u2212100 %"],
  ] as const;
  for (const [before, after, text] of cases) expect(percentText(before, after)).toBe(text);
  expect([percentText(null, 1n), percentText(1n, null)]).toEqual(["", ""]);
});

test("a margin in percent, rounded towards less", () => {
  expect([123_456, 80_000, 999, -1, -500_000, -2_000_000_000].map(marginText)).toEqual([
    "12.3 %",
    "8 %",
    "0 %",
    "\u22120.1 %",
    "\u221250 %",
    "all lost",
  ]);
});

test("the state in a word", () => {
  const exposure = { since: "", calls: 0, seconds: 0, buyers: 0, micros: "0", removedCalls: 0 };
  const staged = { state: "staged" as const, errors: 0, comparedAt: new Date(), exposure };
  expect(stateWords(staged).word).toBe("To be looked at");
  expect(stateWords({ ...staged, errors: 1 }).word).toBe("Has errors");
  expect(stateWords({ ...staged, comparedAt: null }).word).toBe("Being compared");
  expect(stateWords({ ...staged, exposure: null }).word).toBe("Being compared");
  expect([staged, { ...staged, exposure: null }, { ...staged, state: "reading" as const }].map(isMoving)).toEqual([
    false,
    true,
    true,
  ]);
  expect(stateWords({ ...staged, state: "scheduled" }).word).toBe("Scheduled");
});

test("what is to be looked at before: warnings of lines, and whoever would sell below cost", () => {
  const effect = { side: "below" as const, seller: "Hansa", plan: "Office", floorPpm: 0, compared: 9, belowFloor: 2 };
  expect(warningsOf({ warnings: 0, effects: [{ ...effect, belowCost: 0 }] })).toEqual([]);
  expect(warningsOf({ warnings: 1, effects: [{ ...effect, belowCost: 2 }] })).toEqual([
    "One line of the file has a warning.",
    "Hansa would sell 2 prefixes below cost (set against Office).",
  ]);
});

test("counts and sizes", () => {
  expect(changesOf({ new: 1, up: 2, down: 3, changed: 4, removed: 5, same: 100 })).toBe(15);
  expect(changesOf(null)).toBe(0);
  expect([10, 200_000, 12_900_000].map(sizeText)).toEqual(["1 kB", "195 kB", "12.3 MB"]);
});
