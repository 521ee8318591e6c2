import { expect, test } from "vitest";

import { countWords, dayBars, totalsSentence } from "@/components/calls/call-totals-words";

const shown = { from: "2026-11-18", to: "2026-11-21" };
const days = [
  { day: "2026-11-19", calls: 4, answered: 2 },
  { day: "2026-11-20", calls: 1_200, answered: 900 },
];
const exact = { calls: 1_204, since: null, about: null, days, shown };
const since = new Date("2026-11-20T08:00:00Z");

test("a count is exact, else about, else at least", () => {
  expect(countWords(exact)).toBe("1,204");
  expect(countWords({ ...exact, calls: 10_000, since, about: 1_234_567 })).toBe("about 1,200,000");
  expect(countWords({ ...exact, calls: 10_000, since })).toBe("10,000 or more");
});

test("the sentence names the busiest day, and what was counted where that is not all", () => {
  expect(totalsSentence(exact)).toBe("Most on 20 Nov, 1,200.");
  expect(totalsSentence({ ...exact, since })).toBe("Most on 20 Nov, 1,200. Counted are the 1,204 since 20 Nov.");
  expect(totalsSentence({ ...exact, days: [] })).toBe("None in these days.");
  expect(totalsSentence({ ...exact, calls: 0, days: [] })).toBe("No call to count.");
});

test("every day has a bar; one without calls has none, and one that was not counted leaves a gap", () => {
  const { keys, chart } = dayBars(exact);
  expect(keys).toEqual(["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]);
  expect(chart.series[0]?.values).toEqual([0, 4, 1_200, 0]);
  expect(chart.labels[2]).toBe("20 Nov");
  expect(dayBars({ ...exact, since }).chart.series[0]?.values).toEqual([null, null, 1_200, 0]);
});
