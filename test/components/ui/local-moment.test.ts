import { expect, test } from "vitest";

import { momentIn } from "@/components/ui/local-moment";

test("what a date and time input says, on the clock of a zone", () => {
  const cases = [
    ["UTC", "2027-01-31T08:00", "2027-01-31T08:00:00.000Z"],
    ["Europe/Berlin", "2027-01-31T08:00", "2027-01-31T07:00:00.000Z"],
    ["Europe/Berlin", "2027-07-31T00:00", "2027-07-30T22:00:00.000Z"],
    ["Asia/Kathmandu", "2027-01-31T08:00", "2027-01-31T02:15:00.000Z"],
    // The hour that is there twice: the first. The one that is left out: after the change.
    ["Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30:00.000Z"],
    ["Europe/Berlin", "2027-10-31T03:30", "2027-10-31T02:30:00.000Z"],
    ["Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:30:00.000Z"],
    ["Europe/Berlin", "2027-03-28T03:30", "2027-03-28T01:30:00.000Z"],
  ] as const;
  for (const [zone, text, moment] of cases) expect([text, momentIn(zone, text)?.toISOString()]).toEqual([text, moment]);
});

test("nothing is said by an empty input, or by a day that there is not", () => {
  for (const text of ["", "tomorrow", "2027-13-40T08:00"]) expect(momentIn("UTC", text)).toBeUndefined();
});
