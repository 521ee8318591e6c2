import { expect, test } from "vitest";

import { matchCalls, RING_MS, wholeGroups } from "@/server/domain/cdr-import/match.rules";

const seeking = (line: number, startedAtMs: number, talkMs = 60_000, number = "49301") => ({
  ...{ line, startedAtMs, talkMs, number },
});
const candidate = (line: number, callId: string, startedAtMs: number, talkMs = 60_000) => ({
  ...{ line, callId, startedAtMs, talkMs, answeredAtMs: startedAtMs + 5_000 },
});

test("of several calls the nearest in begin and talk time is meant, and each is given once", () => {
  const records = [seeking(1, 0), seeking(2, 1_000, 10_000)];
  const both = [
    candidate(1, "a", 0),
    candidate(1, "b", 500, 10_000),
    candidate(2, "a", 0),
    candidate(2, "b", 500, 10_000),
  ];
  expect([...matchCalls(records, both, 10_000)].toSorted()).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
  expect([...matchCalls(records.toReversed(), both.toReversed(), 10_000)].toSorted()).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
});

test("a carrier may count from the answer; beyond the tolerance there is no match", () => {
  expect(matchCalls([seeking(1, 5_000)], [candidate(1, "a", 0)], 0).get(1)).toBe("a");
  expect(matchCalls([seeking(1, 20_000)], [candidate(1, "a", 0)], 10_000).size).toBe(0);
});

test("records are taken up to the last gap that no call bridges", () => {
  const near = [seeking(1, 0), seeking(2, 1_000), seeking(3, RING_MS + 30_000)];
  expect(wholeGroups(near, 10_000)).toBe(2);
  expect(wholeGroups(near.slice(0, 2), 10_000)).toBe(0);
  expect(wholeGroups([seeking(1, 0), seeking(2, 0, 1, "44")], 10_000)).toBe(1);
});
