import { expect, it } from "vitest";

import { flapping } from "@/components/extensions/history-words";

const at = (minute: number, kind: "registered" | "moved" | "unregistered" | "expired") => ({
  at: new Date(minute * 60_000),
  kind,
});

it("calls a phone unstable that dropped four times within an hour, and no other", () => {
  const drops = [90, 75, 60, 45, 10].flatMap((minute) => [at(minute + 1, "registered"), at(minute, "expired")]);
  expect(flapping(drops)).toBe(4);
  expect(flapping(drops.slice(0, 6))).toBe(0);
  expect(flapping([at(5, "unregistered"), at(4, "unregistered"), at(3, "unregistered"), at(2, "unregistered")])).toBe(
    0,
  );
  expect(flapping([])).toBe(0);
});
