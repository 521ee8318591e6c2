import { expect, test } from "vitest";

import { hoursText, readHours } from "@/server/domain/decks/week.rules";

test.each([
  ["mon-fri 08:00-19:00", "{[480,1140),[1920,2580),[3360,4020),[4800,5460),[6240,6900)}"],
  ["sat 00:00-24:00", "{[7200,8640)}"],
  ["mon 08:00-wed 02:00", "{[480,3000)}"],
  ["sun 22:00-mon 02:00", "{[9960,10080),[0,120)}"],
  ["  MON 8:00 - 9:00 ; tue 08:00-09:00;", "{[480,540),[1920,1980)}"],
])("%s", (text, ranges) => expect(readHours(text)).toEqual({ value: ranges }));

test.each([
  "",
  "mon",
  "mon 08:00",
  "mon 09:00-08:00",
  "mon 08:00-08:00",
  "fri-mon 08:00-09:00",
  "mon 08:60-09:00",
  "day 08:00-09:00",
  "mon 08:00-25:00",
])("%j is refused", (text) => expect(readHours(text)).toMatchObject({ problem: expect.stringContaining("mon-fri") }));

test("what the database holds is written so that it is read as the same", () => {
  const ranges = "{[0,60),[480,1140),[1440,2880),[9960,10080)}";
  expect(hoursText(ranges)).toBe("mon 00:00-mon 01:00; mon 08:00-mon 19:00; tue 00:00-tue 24:00; sun 22:00-sun 24:00");
  expect(readHours(hoursText(ranges))).toEqual({ value: ranges });
});
