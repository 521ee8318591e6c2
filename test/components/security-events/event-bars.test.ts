import { expect, test } from "vitest";

import { slotsOf } from "@/components/security-events/event-bars";

const bar = (minute: number, events: number) => ({
  from: new Date(minute * 60_000),
  until: new Date((minute + 1) * 60_000),
  events,
});

test("times without an event have their place, and no event has two", () => {
  expect(slotsOf([bar(7, 2), bar(8, 1), bar(11, 5)])).toEqual([
    bar(7, 2),
    bar(8, 1),
    bar(9, 0),
    bar(10, 0),
    bar(11, 5),
  ]);
  expect(slotsOf([bar(3, 1)])).toEqual([bar(3, 1)]);
  expect(slotsOf([])).toEqual([]);
});
