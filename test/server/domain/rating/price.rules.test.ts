import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { priceCall, type RatePrice, taxOn } from "@/server/domain/rating/price.rules";
import { micros } from "@/server/kernel/money";
import { anyRate, anyTalkMs, oracle, rateOf } from "@/test/support/any-rate";

const full = (rate: RatePrice): Required<RatePrice> => ({
  freeSeconds: 0,
  minimumCharge: micros(0n),
  maxCharge: null,
  beyond: "cut",
  steps: [],
  ...rate,
});

describe("the worked examples", () => {
  test.each([
    [rateOf(12_500n, 0n, 60, 6), 47_000, 60, 12_500n],
    [rateOf(12_500n, 0n, 1, 1), 47_001, 48, 10_000n],
    [rateOf(12_500n, 30_000n, 30, 6), 31_000, 36, 37_500n],
    [rateOf(4_250n, 0n, 1, 1), 1, 1, 71n],
    [rateOf(12_500n, 30_000n, 60, 60, 5), 5_000, 0, 0n],
    [rateOf(99_999n, 0n, 60, 60), 60_001, 120, 199_998n],
  ])("%o for %i ms bills %i s and costs %i micros", (rate, talkMs, billedSeconds, cost) => {
    expect(priceCall(talkMs, rate)).toMatchObject({ billedSeconds, cost });
    expect(oracle(talkMs, full(rate))).toEqual({ billed: billedSeconds, cost });
  });

  const stepped = full({
    ...rateOf(60_000n, 0n, 60, 60),
    steps: [
      { from: 60, perMinute: micros(30_000n), increment: 6 },
      { from: 120, perMinute: micros(0n), increment: 1 },
    ],
  });
  test.each([
    ["the first price alone", stepped, 60_000, 60, 60_000n],
    ["a started step of the second", stepped, 60_001, 66, 63_000n],
    ["both in full", stepped, 120_000, 120, 90_000n],
    ["and on for nothing", stepped, 7_200_000, 7_200, 90_000n],
    [
      "free seconds from the beginning, the fee all the same",
      full({ ...rateOf(60_000n, 500n, 60, 60), freeSeconds: 30 }),
      61_000,
      120,
      90_500n,
    ],
    [
      "nothing but the fee within the free seconds",
      full({ ...rateOf(60_000n, 500n, 60, 60), freeSeconds: 60 }),
      59_000,
      60,
      500n,
    ],
    ["at least the minimum", full({ ...rateOf(60n, 0n, 1, 1), minimumCharge: micros(1_000n) }), 1_000, 1, 1_000n],
    [
      "at most the maximum",
      full({ ...rateOf(60_000n, 0n, 60, 60), maxCharge: micros(120_000n) }),
      600_000,
      600,
      120_000n,
    ],
  ])("%s", (_what, rate, talkMs, billedSeconds, cost) => {
    expect(priceCall(talkMs, rate)).toMatchObject({ billedSeconds, cost });
    expect(oracle(talkMs, rate)).toEqual({ billed: billedSeconds, cost });
  });

  test("tax is rounded to the nearest micro, half up", () => {
    expect([3n, 2n, 1n].map((net) => taxOn(micros(net), 500_000))).toEqual([2n, 1n, 1n]);
    expect(priceCall(60_000, rateOf(100_000n), { taxPpm: 190_000 })).toMatchObject({ cost: 100_000n, tax: 19_000n });
  });
});

test("the price equals an exact rational oracle for any rate and any talk time", () => {
  fc.assert(
    fc.property(anyRate, anyTalkMs, (rate, talkMs) => {
      const { billedSeconds, cost } = priceCall(talkMs, rate);
      expect({ billed: billedSeconds, cost }).toEqual(oracle(talkMs, rate));
    }),
    { numRuns: 2_000 },
  );
});

test("talking longer never costs less", () => {
  fc.assert(
    fc.property(anyRate, anyTalkMs, fc.integer({ min: 0, max: 100_000 }), (rate, talkMs, more) => {
      expect(priceCall(talkMs + more, rate).cost >= priceCall(talkMs, rate).cost).toBe(true);
    }),
  );
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%s ms is a bug, not a call", (talkMs) => {
  expect(() => priceCall(talkMs, rateOf(1n))).toThrow(RangeError);
});

describe("the receipt", () => {
  test("shows every step with its numbers", () => {
    expect(priceCall(31_000, rateOf(12_500n, 30_000n, 30, 6)).steps).toEqual([
      { label: "Talk time", value: "31.000 s" },
      { label: "Started seconds", value: "31 s" },
      { label: "Billed: first 30 s, then each 6 s", value: "30 + 1 × 6 = 36 s" },
      { label: "36 s × 0.012500 per minute ÷ 60, rounded up", value: "0.007500" },
      { label: "Connection fee", value: "0.030000" },
      { label: "Cost", value: "0.037500" },
    ]);
  });

  test("says why a short call is free", () => {
    expect(priceCall(5_000, rateOf(12_500n, 30_000n, 60, 60, 5)).steps.slice(2)).toEqual([
      { label: "Free up to 5 s", value: "not longer, so the call is free" },
      { label: "Cost", value: "0.000000" },
    ]);
  });

  test("shows steps, free seconds, a bundle, the bounds and tax", () => {
    const rate = full({
      ...rateOf(60_000n, 0n, 60, 60),
      freeSeconds: 10,
      maxCharge: micros(60_000n),
      steps: [{ from: 60, perMinute: micros(30_000n), increment: 6 }],
    });
    expect(priceCall(90_000, rate, { bundleSeconds: 5, taxPpm: 77_000, taxName: "MWST" }).steps.slice(2)).toEqual([
      { label: "First 60 s. Billed: first 60 s, then each 60 s", value: "60 s" },
      { label: "Free seconds", value: "60 − 15 = 45 s" },
      { label: "45 s × 0.060000 per minute ÷ 60", value: "0.045000" },
      { label: "Next 30 s. Billed: each 6 s", value: "30 s" },
      { label: "30 s × 0.030000 per minute ÷ 60", value: "0.015000" },
      { label: "Together, rounded up", value: "0.060000" },
      { label: "Cost", value: "0.060000" },
      { label: "MWST 7.7 %", value: "0.004620" },
      { label: "Cost with tax", value: "0.064620" },
    ]);
    const labels = (price: RatePrice, ms: number) => priceCall(ms, price).steps.map(({ label }) => label);
    expect(labels({ ...rate, beyond: "free" }, 300_000)).toContain("Maximum charge, free beyond it");
    expect(labels(full({ ...rateOf(60n), minimumCharge: micros(500n) }), 1_000)).toContain("Minimum charge");
  });

  test("says that an unanswered call costs nothing", () => {
    expect(priceCall(0, rateOf(12_500n, 30_000n)).steps.at(-1)).toEqual({
      label: "Not answered, so nothing is charged",
      value: "0.000000",
    });
  });
});
