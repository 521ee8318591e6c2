import { expect, test } from "vitest";

import { amountOf, bundleText } from "@/components/billing/bundle-words";

test("a bundle is said in minutes or calls, with where it reaches", () => {
  expect([0, 59, 60, 6_061].map((seconds) => amountOf("seconds", seconds))).toEqual([
    "0 min",
    "59 s",
    "1 min",
    "101 min 1 s",
  ]);
  expect([0, 1, 2].map((calls) => amountOf("calls", calls))).toEqual(["0 calls", "1 call", "2 calls"]);
  expect(bundleText({ unit: "seconds", quantity: 30_000, period: "month", prefixes: ["49", "43"] })).toBe(
    "500 min each month, to +49, +43",
  );
  const prefixes = ["1", "2", "30", "31", "32", "33", "34", "36"];
  expect(bundleText({ unit: "calls", quantity: 1, period: "day", prefixes })).toMatch(
    /^1 call each day.*\+33 and 2 more$/,
  );
});
