import { expect, test } from "vitest";

import { differencesOf, outcomeText, stateText } from "@/components/cdr-import/file-words";

const result = {
  lines: 3,
  records: 1,
  matched: 1,
  problems: 2,
  repeatedHere: 0,
  repeatedElsewhere: 0,
  settled: 0,
  dryRun: false,
  found: {
    carrier_price: { EUR: { count: 1, micros: "7" } },
    carrier_duration: { USD: { count: 2, micros: "12000000000000" }, EUR: { count: 1, micros: "8" } },
  },
};

test("says what came of a file, and puts the most money first", () => {
  expect(outcomeText({ result, problems: 2 })).toBe("1 record, 4 differences, 2 lines not understood");
  expect(outcomeText({ result: { ...result, problems: 0, found: {} }, problems: 0 })).toBe("1 record, nothing differs");
  const again = { ...result, records: 0, matched: 0, problems: 0, repeatedElsewhere: 9, found: {} };
  expect(outcomeText({ result: again, problems: 0 })).toBe("9 records, all known from another file");
  expect(outcomeText({ result: null, problems: 1 })).toBe("1 line not understood");
  expect(differencesOf(result).map(({ kind, micros }) => [kind, micros])).toEqual([
    ["carrier_duration", 12_000_000_000_000n],
    ["carrier_duration", 8n],
    ["carrier_price", 7n],
  ]);
});

test.each([
  [null, null, false, "not complete"],
  ["running", null, false, "being read"],
  ["cancelled", null, false, "stopped"],
  ["done", null, false, "compared"],
  ["done", new Date(0), false, "taken out again"],
  ["done", new Date(0), true, "trial, nothing kept"],
])("a job that is %s, taken out %s, trial %s: %s", (state, forgottenAt, dryRun, text) => {
  const task = state === null ? null : ({ state } as NonNullable<Parameters<typeof stateText>[0]["task"]>);
  expect(stateText({ task, forgottenAt, result: { ...result, dryRun } })).toBe(text);
});
