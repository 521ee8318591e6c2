import { expect, test } from "vitest";

import { isZone, readMoment } from "@/server/domain/cdr-import/moment.rules";

const iso = (at: number | string) => (typeof at === "number" ? new Date(at).toISOString() : at);

test.each([
  ["2026-03-10 12:00:00", "UTC", "auto", "2026-03-10T12:00:00.000Z"],
  ["2026-03-10T12:00:00.250+02:00", "UTC", "auto", "2026-03-10T10:00:00.250Z"],
  ["2026-07-10 12:00:00", "Europe/Berlin", "auto", "2026-07-10T10:00:00.000Z"],
  ["10.03.2026 12:00", "UTC", "auto", "2026-03-10T12:00:00.000Z"],
  ["13/03/2026 12:00:00", "UTC", "auto", "2026-03-13T12:00:00.000Z"],
  ["03/04/2026 01:05 PM", "UTC", "mdy", "2026-03-04T13:05:00.000Z"],
  ["1773144000.5", "UTC", "auto", "2026-03-10T12:00:00.500Z"],
  ["1773144000000", "UTC", "auto", "2026-03-10T12:00:00.000Z"],
  // The hour that comes twice: the first is meant.
  ["2026-10-25 02:30:00", "Europe/Berlin", "auto", "2026-10-25T00:30:00.000Z"],
] as const)("%j in %s (%s) is %s", (text, zone, order, expected) => {
  expect(iso(readMoment(text, zone, order))).toBe(expected);
});

test.each([
  ["03/04/2026 12:00:00", "may be day or month first: say the order of dates"],
  ["2026-02-30 12:00:00", "is no time"],
  ["yesterday", "is no time"],
])("%j is refused in words", (text, words) => expect(readMoment(text, "UTC")).toBe(words));

test("zones that this machine knows are told from others", () => {
  expect([isZone("Asia/Kolkata"), isZone("Mars/Olympus")]).toEqual([true, false]);
});
