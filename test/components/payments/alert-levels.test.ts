import { describe, expect, test } from "vitest";

import { levelProblems } from "@/components/payments/alert-levels";

const amount = (value: string) => ({ kind: "amount", value }) as const;
const days = (value: string) => ({ kind: "days", value }) as const;

describe("the levels of the alert", () => {
  test("fall, amounts among themselves and days among themselves; empty ones are none", () => {
    const none = [undefined, undefined, undefined];
    expect(levelProblems([amount("20"), days("3"), amount("10")])).toEqual(none);
    expect(levelProblems([amount(""), amount("10"), amount("")])).toEqual(none);
    expect(levelProblems([amount("10"), days("3"), amount("10.00")])).toEqual([
      undefined,
      undefined,
      "Less than the level before.",
    ]);
    expect(levelProblems([days("2"), days(""), days("10")])[2]).toBe("Less than the level before.");
  });

  test("are amounts and whole days", () => {
    expect(levelProblems([amount("much"), days("0"), days("1.5")])).toEqual([
      expect.stringContaining("Write an amount"),
      "A whole number of days, from 1 to 60.",
      "A whole number of days, from 1 to 60.",
    ]);
    expect(levelProblems([amount("0"), days("61")])).toEqual([
      "The amount must be more than zero.",
      "A whole number of days, from 1 to 60.",
    ]);
  });
});
