import { expect, test } from "vitest";

import { hiddenIn } from "@/components/ui/hidden-columns";

test("of the words that a cookie says, those that name a column of a list hide it", () => {
  expect(
    hiddenIn(["dark", "mine:Europe/Berlin", "mine:UTC", "calls:talk", "security-events:count", "compact"]),
  ).toEqual(["calls:talk", "security-events:count"]);
  expect(hiddenIn(["calls:", ":talk", "calls:talk;Path=/", "calls:talk.dark", 7, null])).toEqual([]);
  expect(hiddenIn(Array.from({ length: 1_000 }, () => "calls:talk"))).toHaveLength(60);
});
