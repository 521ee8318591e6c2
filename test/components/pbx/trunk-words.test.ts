import { expect, test } from "vitest";

import { causeText, type TrunkLine, trunkLook, type Way } from "@/components/pbx/trunk-words";

const none: Way = {
  ...{ calls: 0, answered: 0, averageSeconds: null, failed: 0, causes: [] },
  ...{ lastAnsweredAt: null, lastFailed: null },
};
const line = (out: Partial<Way>, statuses: string[] = [], live = 0): TrunkLine => ({
  ...{ trunk: "carrier", networks: [], configured: [], calls: 0 },
  sums: { live, out: { ...none, ...out }, in: none },
  contacts: statuses.map((status, n) => ({ pbx: `pbx${n}`, status, roundTripMs: null, at: new Date(0) })),
});
const word = (...of: Parameters<typeof line>) => trunkLook(line(...of)).word;

test("what the PBX hears comes first, and calls that fail say more than an answer to a question", () => {
  expect(word({ calls: 20, answered: 20 }, ["Reachable", "Unreachable"])).toBe("Unreachable");
  expect(word({ calls: 6, failed: 4 }, ["Reachable"])).toBe("Fails");
  expect(word({ calls: 6, failed: 3 }, ["Reachable"])).toBe("Reachable");
  expect(word({}, ["NonQualified"])).toBe("No calls");
  expect(word({}, ["NonQualified"], 1)).toBe("Carries calls");
  expect(word({ calls: 4, failed: 4 })).toBe("Carries calls");
});

test("a cause is told in words where it has them, and always by its number", () => {
  expect([34, 99, null].map(causeText)).toEqual(["No free channel (34)", "Cause 99", "Cause not told"]);
});
