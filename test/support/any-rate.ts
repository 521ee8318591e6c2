import fc from "fast-check";

import type { RatePrice } from "@/server/domain/rating/price.rules";
import { micros } from "@/server/kernel/money";

/** A plain price, as the worked examples write it. */
export const rateOf = (perMinute: bigint, fee = 0n, first = 60, next = 60, grace = 0): RatePrice => ({
  perMinute: micros(perMinute),
  connectionFee: micros(fee),
  firstSeconds: first,
  nextSeconds: next,
  graceSeconds: grace,
});

const anyPlainRate = fc.record({
  perMinute: fc.oneof(fc.bigInt(0n, 200_000n), fc.bigInt(0n, 1_000_000_000n)).map(micros),
  connectionFee: fc.oneof(fc.constant(0n), fc.bigInt(0n, 1_000_000_000n)).map(micros),
  firstSeconds: fc.oneof(fc.constantFrom(1, 6, 30, 60), fc.integer({ min: 1, max: 3_600 })),
  nextSeconds: fc.oneof(fc.constantFrom(1, 6, 60), fc.integer({ min: 1, max: 3_600 })),
  graceSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_600 })),
});
const anyStep = fc.record({
  from: fc.oneof(fc.constantFrom(30, 60, 120), fc.integer({ min: 1, max: 7_200 })),
  perMinute: fc.bigInt(0n, 1_000_000_000n).map(micros),
  increment: fc.oneof(fc.constantFrom(1, 6, 60), fc.integer({ min: 1, max: 3_600 })),
});
/** Everything a price may have, in every combination. */
export const anyRate: fc.Arbitrary<Required<RatePrice>> = fc
  .record({
    plain: anyPlainRate,
    freeSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000 })),
    minimumCharge: fc.oneof(fc.constant(0n), fc.bigInt(0n, 1_000_000_000n)),
    overMinimum: fc.option(fc.bigInt(0n, 2_000_000_000n), { nil: null }),
    beyond: fc.constantFrom("cut" as const, "free" as const),
    steps: fc.uniqueArray(anyStep, { maxLength: 3, selector: ({ from }) => from }),
  })
  .map(({ plain, minimumCharge, overMinimum, steps, ...more }) => ({
    ...plain,
    ...more,
    minimumCharge: micros(minimumCharge),
    maxCharge: overMinimum === null ? null : micros(minimumCharge + overMinimum + 1n),
    steps: steps.toSorted((a, b) => a.from - b.from),
  }));
export const anyTalkMs = fc.oneof(
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

/**
 * The price by walking: in each part of the call its steps are laid end to end until they cover its talk time, and each
 * second of a step that is not free costs a sixtieth of the part's rate.
 */
export function oracle(talkMs: number, rate: Required<RatePrice>): { billed: number; cost: bigint } {
  const talk = BigInt(talkMs);
  if (talk === 0n || talk <= BigInt(rate.graceSeconds) * 1_000n) return { billed: 0, cost: 0n };
  const starts = [0n, ...rate.steps.map(({ from }) => BigInt(from) * 1_000n)];
  let [billed, free] = [0n, BigInt(rate.freeSeconds)];
  let sum: Fraction = { top: rate.connectionFee, bottom: 1n };
  starts.forEach((start, at) => {
    const end = starts[at + 1] ?? talk;
    const within = (talk < end ? talk : end) - start;
    if (within <= 0n) return;
    const step = rate.steps[at - 1];
    let covered = BigInt(step?.increment ?? rate.firstSeconds);
    while (covered * 1_000n < within) covered += BigInt(step?.increment ?? rate.nextSeconds);
    const unpaid = free < covered ? free : covered;
    free -= unpaid;
    billed += covered;
    sum = add(sum, { top: (step?.perMinute ?? rate.perMinute) * (covered - unpaid), bottom: 60n });
  });
  const cost = [roundedUp(sum), BigInt(rate.minimumCharge)].reduce((a, b) => (a > b ? a : b));
  return { billed: Number(billed), cost: rate.maxCharge !== null && cost > rate.maxCharge ? rate.maxCharge : cost };
}
