import { expect, test } from "vitest";

import { snoozeChoices } from "@/components/incidents/snooze-choices";

const untils = (now: string, zone: string) =>
  snoozeChoices(new Date(now), zone).map(({ until }) => until.toISOString().slice(0, 16));

test("mornings are at eight on the tenant's clock, also over a change of the clocks", () => {
  expect(untils("2026-11-26T17:30:00Z", "Europe/Berlin")).toEqual([
    "2026-11-26T18:30",
    "2026-11-26T21:30",
    "2026-11-27T07:00",
    "2026-11-30T07:00",
  ]);
  // In Auckland it is Friday already; on a Monday, Monday is the next one.
  expect(untils("2026-11-26T17:30:00Z", "Pacific/Auckland").slice(2)).toEqual(["2026-11-27T19:00", "2026-11-29T19:00"]);
  expect(untils("2026-11-30T12:00:00Z", "UTC")[3]).toBe("2026-12-07T08:00");
  expect(untils("2027-03-27T12:00:00Z", "Europe/Berlin")[2]).toBe("2027-03-28T06:00");
});
