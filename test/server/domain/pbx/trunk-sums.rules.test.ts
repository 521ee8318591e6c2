import { expect, test } from "vitest";

import { sumsOf, type TrunkPart } from "@/server/domain/pbx/trunk-sums.rules";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 27, 12, minute));
const part = (more: Partial<TrunkPart>): TrunkPart => ({
  ...{ trunk: "carrier", direction: "out", cause: null, live: 0, calls: 0, answered: 0, talkMs: 0n },
  ...{ lastAnswered: null, lastUnanswered: null },
  ...more,
});

test("adds up a trunk's calls by direction, and tells the network's failures from people who do not answer", () => {
  const parts = [
    part({ calls: 6, answered: 5, talkMs: 300_000n, lastAnswered: at(3), lastUnanswered: at(9) }),
    part({ cause: 17, calls: 4, lastUnanswered: at(8) }),
    part({ cause: 34, calls: 2, lastUnanswered: at(5) }),
    part({ cause: 38, calls: 1, lastUnanswered: at(7) }),
    part({ live: 3 }),
    part({ direction: "in", calls: 1, answered: 1, talkMs: 1_400n, lastAnswered: at(1) }),
    part({ trunk: "harbour", calls: 100 }),
  ];
  const sums = sumsOf(parts, "carrier");
  expect(sums.live).toBe(3);
  expect(sums.out).toEqual({
    ...{ calls: 13, answered: 5, averageSeconds: 60, failed: 3, lastAnsweredAt: at(3) },
    lastFailed: { at: at(7), cause: 38 },
    causes: [
      { cause: 17, calls: 4 },
      { cause: 34, calls: 2 },
      { cause: null, calls: 1 },
      { cause: 38, calls: 1 },
    ],
  });
  expect(sums.in).toMatchObject({ calls: 1, answered: 1, averageSeconds: 1, lastFailed: null, causes: [] });
});

test("nothing comes of nothing", () => {
  const none = { calls: 0, answered: 0, averageSeconds: null, failed: 0, causes: [], lastAnsweredAt: null };
  expect(sumsOf([], "carrier")).toEqual({
    live: 0,
    out: { ...none, lastFailed: null },
    in: { ...none, lastFailed: null },
  });
});
