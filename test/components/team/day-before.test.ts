import { expect, test } from "vitest";

import { dayBefore } from "@/components/team/day-before";

test("the last day is the one before the end on the tenant's calendar", () => {
  expect(dayBefore(new Date("2027-03-31T22:00:00Z"), "Europe/Berlin")).toBe("2027-03-31");
  expect(dayBefore(new Date("2027-04-01T00:00:00Z"), "UTC")).toBe("2027-03-31");
});
