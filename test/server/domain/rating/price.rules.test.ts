import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { affordableSecondsOf, costOf, priceCall, type RatePrice } from "@/server/domain/rating/price.rules";
import { micros } from "@/server/kernel/money";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const rateOf = (perMinute: bigint, fee = 0n, first = 60, next = 60, grace = 0): RatePrice => ({
  perMinute: micros(perMinute),
  connectionFee: micros(fee),
  firstSeconds: first,
  nextSeconds: next,
  graceSeconds: grace,
});

const anyRate = fc.record({
  perMinute: fc.oneof(fc.bigInt(0n, 200_000n), fc.bigInt(0n, 1_000_000_000n)).map(micros),
  connectionFee: fc.oneof(fc.constant(0n), fc.bigInt(0n, 1_000_000_000n)).map(micros),
  firstSeconds: fc.oneof(fc.constantFrom(1, 6, 30, 60), fc.integer({ min: 1, max: 3_600 })),
  nextSeconds: fc.oneof(fc.constantFrom(1, 6, 60), fc.integer({ min: 1, max: 3_600 })),
  graceSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_600 })),
});
const anyTalkMs = fc.oneof(
  fc.integer({ min: 0, max: 130_000 }),
  fc.integer({ min: 0, max: 14_400 }).map((seconds) => seconds * 1_000),
  fc.integer({ min: 0, max: 20_000_000 }),
);

/** A fraction of whole numbers. The oracle never rounds before the last step and shares no line with the product. */
type Fraction = { top: bigint; bottom: bigint };
const add = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.bottom + b.top * a.bottom,
  bottom: a.bottom * b.bottom,
});
const roundedUp = ({ top, bottom }: Fraction): bigint => top / bottom + (top % bottom > 0n ? 1n : 0n);

/** The price by walking: steps are laid end to end until they cover the talk time, each second at a sixtieth of the rate. */
function oracle(talkMs: number, rate: RatePrice): { billed: number; cost: bigint } {
  const talk = BigInt(talkMs);
  if (talk === 0n || talk <= BigInt(rate.graceSeconds) * 1_000n) return { billed: 0, cost: 0n };
  let billed = BigInt(rate.firstSeconds);
  while (billed * 1_000n < talk) billed += BigInt(rate.nextSeconds);
  const time = { top: rate.perMinute * billed, bottom: 60n };
  return { billed: Number(billed), cost: roundedUp(add({ top: rate.connectionFee, bottom: 1n }, time)) };
}

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

describe("the time a budget pays for", () => {
  test("is paid for in full, and one more step would not be", () => {
    fc.assert(
      fc.property(anyRate, fc.bigInt(0n, 3_000_000_000n), fc.integer({ min: 1, max: 14_400 }), (rate, budget, most) => {
        const seconds = affordableSecondsOf(micros(budget), rate, most);
        const steps = (seconds - rate.firstSeconds) / rate.nextSeconds;
        const enough = seconds >= Math.max(most, rate.firstSeconds);
        if (seconds === 0) expect(costOf(rate.firstSeconds, rate) > budget).toBe(true);
        else {
          expect(costOf(seconds, rate) <= budget).toBe(true);
          if (rate.perMinute > 0n) expect(Number.isInteger(steps)).toBe(true);
          if (!enough) expect(costOf(seconds + rate.nextSeconds, rate) > budget).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("goes no further than one step past what was asked", () => {
    expect(affordableSecondsOf(micros(10_000_000_000n), rateOf(1n, 0n, 60, 7), 300)).toBeLessThanOrEqual(307);
  });
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

  test("says that an unanswered call costs nothing", () => {
    expect(priceCall(0, rateOf(12_500n, 30_000n)).steps.at(-1)).toEqual({
      label: "Not answered, so nothing is charged",
      value: "0.000000",
    });
  });
});

describe("the database prices alike", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase();
  });
  afterAll(() => db.drop());

  test("billed seconds, cost and affordable seconds agree for any input", async () => {
    const samples = fc.sample(
      fc.record({
        rate: anyRate,
        talkMs: anyTalkMs,
        budget: fc.bigInt(0n, 3_000_000_000n),
        most: fc.integer({ min: 1, max: 14_400 }),
      }),
      3_000,
    );
    const column = (value: (sample: (typeof samples)[number]) => unknown) =>
      samples.map((sample) => String(value(sample)));
    const { rows } = await db.owner.query<{ billed: number; cost: string; affordable: number }>(
      `SELECT b.billed, price_micros(b.billed, s.per_minute, s.fee)::text AS cost,
         price_affordable_seconds(s.budget, s.per_minute, s.fee, s.first, s.next, s.most) AS affordable
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::int[])
         WITH ORDINALITY AS s(talk_ms, per_minute, fee, first, next, grace, budget, most, at),
         LATERAL (SELECT price_billed_seconds(s.talk_ms, s.first, s.next, s.grace) AS billed) b
       ORDER BY s.at`,
      [
        column((s) => s.talkMs),
        column((s) => s.rate.perMinute),
        column((s) => s.rate.connectionFee),
        column((s) => s.rate.firstSeconds),
        column((s) => s.rate.nextSeconds),
        column((s) => s.rate.graceSeconds),
        column((s) => s.budget),
        column((s) => s.most),
      ],
    );
    const expected = samples.map(({ rate, talkMs, budget, most }) => {
      const { billedSeconds, cost } = priceCall(talkMs, rate);
      return { billed: billedSeconds, cost: String(cost), affordable: affordableSecondsOf(micros(budget), rate, most) };
    });
    expect(rows).toEqual(expected);
  });
});
