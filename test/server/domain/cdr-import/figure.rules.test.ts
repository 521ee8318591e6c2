import { expect, test } from "vitest";

import { readAmount, readDuration, readNumber } from "@/server/domain/cdr-import/figure.rules";

test.each([
  ["1.5", "point", 1_500_000n],
  ["1,5", "comma", 1_500_000n],
  ["1.234,50", "comma", 1_234_500_000n],
  ["1,234.50", "point", 1_234_500_000n],
  ["€ 0.0000001", "point", 1n],
  ["0.010000 EUR", "point", 10_000n],
  ["-1", "point", undefined],
  ["1e6", "point", undefined],
  ["2000000", "point", undefined],
] as const)("%j with a %s is %s micros: never less than it is", (text, decimals, amount) => {
  expect(readAmount(text, decimals)).toBe(amount);
});

test.each([
  ["61", "seconds", 61_000],
  ["1.5", "minutes", 90_000],
  ["1500", "milliseconds", 1_500],
  ["1:02:03", "seconds", 3_723_000],
  ["02:03.5", "seconds", 123_500],
  ["-5", "seconds", undefined],
  ["90000", "seconds", undefined],
] as const)("%j in %s lasts %s ms", (text, unit, ms) => {
  expect(readDuration(text, unit, "point")).toBe(ms);
});

test.each([
  ["+49 (30) 123-45", "493012345"],
  ["0049301", "49301"],
  ["sip:4930123@carrier.example", "4930123"],
  ["anonymous", undefined],
  ["1", undefined],
])("%j is the number %s", (text, number) => expect(readNumber(text)).toBe(number));
