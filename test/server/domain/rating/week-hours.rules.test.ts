import fc from "fast-check";
import { expect, test } from "vitest";

import { WeekHoursError, weekHoursFrom, weekHoursOf, weekTextOf } from "@/server/domain/rating/week-hours.rules";

test.each([
  ["mon-fri", "08:00-19:00", "Mon-Fri 08:00-19:00"],
  ["sat,sun", "", "Sat-Sun 00:00-24:00"],
  ["", "22:00-06:00", "Mon-Sun 00:00-06:00+22:00-24:00"],
  ["fri-mon", "09:00-12:00,14:00-18:00", "Mon 09:00-12:00+14:00-18:00, Fri-Sun 09:00-12:00+14:00-18:00"],
  ["Monday", "0:00-24:00", "Mon 00:00-24:00"],
  ["sun", "23:00-01:00", "Mon 00:00-01:00, Sun 23:00-24:00"],
])("days %j and hours %j are %s", (days, hours, text) => {
  expect(weekTextOf(weekHoursOf(days, hours))).toBe(text);
});

test.each([
  ["mon-fry", ""],
  ["mon-tue-wed", ""],
  [",", ""],
  ["", "8-19"],
  ["", "08:60-19:00"],
  ["", "24:00-25:00"],
  ["", "08:00-08:00"],
])("days %j with hours %j are refused with the part that is wrong", (days, hours) => {
  expect(() => weekHoursOf(days, hours)).toThrow(WeekHoursError);
});

test("what is written is read again as the same hours", () => {
  const minute = fc.integer({ min: 0, max: 1_439 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom("mon", "tue", "wed", "thu", "fri", "sat", "sun"), { minLength: 1 }),
      fc.array(fc.tuple(minute, minute), { minLength: 1, maxLength: 3 }),
      (days, spans) => {
        const clock = (m: number) => `${Math.floor(m / 60)}:${String(m % 60).padStart(2, "0")}`;
        const hours = spans.filter(([a, b]) => a !== b).map(([a, b]) => `${clock(a)}-${clock(b)}`);
        const range = weekHoursOf(days.join(","), hours.join(","));
        expect(weekHoursFrom(weekTextOf(range))).toBe(range);
      },
    ),
  );
});
