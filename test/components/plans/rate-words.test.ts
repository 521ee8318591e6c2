import { expect, test } from "vitest";

import { markupText, rateWords } from "@/components/plans/rate-words";
import { micros } from "@/server/kernel/money";

const now = new Date("2027-01-15T00:00:00Z");
const plain = {
  direction: "out" as const,
  destination: "",
  week: null,
  graceSeconds: 0,
  freeSeconds: 0,
  minimumCharge: micros(0n),
  maxCharge: null,
  beyond: "cut" as const,
  steps: [],
  validFrom: new Date("2026-01-01T00:00:00Z"),
  validTo: null,
};

test("a plain price has no more to say", () => expect(rateWords(plain, "EUR", "UTC", now)).toEqual([]));

test("all that a price has beyond its figures", () => {
  const rate = {
    ...plain,
    direction: "in" as const,
    destination: "Germany",
    week: "Mon-Fri 08:00-19:00",
    graceSeconds: 3,
    freeSeconds: 10,
    minimumCharge: micros(10_000n),
    maxCharge: micros(120_000n),
    steps: [{ from: 60, perMinute: micros(50_000n), increment: 1 }],
    validFrom: new Date("2027-01-31T07:00:00Z"),
    validTo: new Date("2027-12-31T23:00:00Z"),
  };
  expect(rateWords(rate, "EUR", "Europe/Berlin", now)).toEqual([
    "incoming calls",
    "Germany",
    "Mon-Fri 08:00-19:00 only",
    "from second 60 on €0.0500 a minute, in steps of 1 s",
    "free up to 3 s",
    "first 10 s free",
    "at least €0.01 a call",
    "at most €0.12 a call, then cut",
    "from 31 Jan 08:00",
    "until 1 Jan 2028 00:00",
  ]);
});

test("how the prices of a markup come about", () => {
  const markup = {
    basePlanId: null,
    factorPpm: 1_250_000,
    perMinuteFee: micros(0n),
    callFee: micros(0n),
    floorPerMinute: micros(0n),
  };
  expect(markupText(markup, "EUR", undefined)).toBe("What the plan you buy by asks, times 1.25.");
  const more = { perMinuteFee: micros(2_000n), callFee: micros(10_000n), floorPerMinute: micros(5_000n) };
  expect(markupText({ ...markup, ...more }, "EUR", "Wholesale")).toBe(
    "What Wholesale asks, times 1.25, plus €0.0020 a minute and €0.01 a call, and never below €0.0050 a minute.",
  );
});
