import { expect, test } from "vitest";

import { clockOf } from "@/server/domain/provisioning/phone-clock.rules";

test.each([
  [
    "Europe/Berlin",
    60,
    { addMinutes: 60, begins: { month: 3, week: 5, day: 7, hour: 2 }, ends: { month: 10, week: 5, day: 7, hour: 3 } },
  ],
  [
    "America/New_York",
    -300,
    { addMinutes: 60, begins: { month: 3, week: 2, day: 7, hour: 2 }, ends: { month: 11, week: 1, day: 7, hour: 2 } },
  ],
  [
    "Australia/Sydney",
    600,
    { addMinutes: 60, begins: { month: 10, week: 1, day: 7, hour: 2 }, ends: { month: 4, week: 1, day: 7, hour: 3 } },
  ],
  ["Asia/Kolkata", 330, null],
  ["UTC", 0, null],
  ["America/Sao_Paulo", -180, null],
  ["Asia/Kathmandu", 345, null],
])("%s", (zone, offsetMinutes, summer) => expect(clockOf(zone, 2027)).toEqual({ offsetMinutes, summer }));

test("the rules of a zone are the same every year", () => {
  for (const zone of ["Europe/London", "America/Chicago", "Pacific/Auckland", "Europe/Lisbon"]) {
    const first = clockOf(zone, 2026);
    expect(first.summer, zone).not.toBeNull();
    for (const year of [2027, 2028, 2029, 2030]) expect(clockOf(zone, year), `${zone} ${year}`).toEqual(first);
  }
});
