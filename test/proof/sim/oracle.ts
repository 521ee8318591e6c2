/** A price, as the worlds of the simulation have it. Money in micros, times in seconds. */
export type Price = Readonly<{
  perMinute: bigint;
  fee: bigint;
  first: number;
  next: number;
  grace: number;
  minimum: bigint;
  free: number;
  max: bigint | undefined;
  beyond: "cut" | "free";
  /** From each of these seconds on another price and increment hold. In order. */
  steps: readonly Readonly<{ from: number; perMinute: bigint; increment: number }>[];
}>;

/** What a reseller adds to the prices it starts from. The factor is in millionths. */
export type Markup = Readonly<{
  factorPpm: number;
  perMinuteFee: bigint;
  callFee: bigint;
  floorPerMinute: bigint;
}>;

/** An exact fraction. Nothing here shares a line with the code that charges: it is what that code is compared with. */
class Fraction {
  constructor(
    readonly over: bigint,
    readonly under: bigint = 1n,
  ) {}

  plus(other: Fraction): Fraction {
    return new Fraction(this.over * other.under + other.over * this.under, this.under * other.under);
  }

  times(other: Fraction): Fraction {
    return new Fraction(this.over * other.over, this.under * other.under);
  }

  /** The next whole number that is not smaller. Only for what is not negative. */
  roundedUp(): bigint {
    const down = this.roundedDown();
    return down * this.under === this.over ? down : down + 1n;
  }

  roundedDown(): bigint {
    return this.over / this.under;
  }
}

const whole = (value: bigint | number) => new Fraction(BigInt(value));
/** Nothing costs more than this. */
const MOST = 1_000_000_000n;
const HALF = new Fraction(1n, 2n);
const larger = (a: bigint, b: bigint) => (a > b ? a : b);
const smaller = (a: bigint, b: bigint) => (a < b ? a : b);

/** Started seconds of a talk in milliseconds. */
const secondsOf = (talkMs: number): bigint => new Fraction(BigInt(talkMs), 1000n).roundedUp();

/** What a talk of this length costs without tax, step by step as it is written in the rules of money. */
export function chargeOf(price: Price, talkMs: number, freeOfBundle = 0): bigint {
  const seconds = talkMs <= 0 ? 0n : secondsOf(talkMs);
  return seconds === 0n || seconds <= BigInt(price.grace) ? 0n : costOf(price, seconds, freeOfBundle);
}

/** What has to be held for a talk of this length, without tax: a grace may still be left behind. */
export const holdFor = (price: Price, talkMs: number, freeOfBundle = 0): bigint =>
  talkMs <= 0 ? 0n : costOf(price, secondsOf(talkMs), freeOfBundle);

/** To the nearest micro, half up. */
export const taxOf = (net: bigint, ppm: number): bigint =>
  whole(net)
    .times(new Fraction(BigInt(ppm), 1_000_000n))
    .plus(HALF)
    .roundedDown();

/** Of the seconds that a bundle lent to a call, those that the talk used. */
export function usedOfBundle(price: Price, talkMs: number, lent: number): number {
  const seconds = talkMs <= 0 ? 0n : secondsOf(talkMs);
  if (seconds === 0n || seconds <= BigInt(price.grace)) return 0;
  const billed = partsOf(price, seconds).reduce((sum, part) => sum + part.billed, 0n);
  return Number(smaller(BigInt(lent), larger(billed - BigInt(price.free), 0n)));
}

/** The price that a markup makes of another one: money times the factor, rounded up, and the fees; times stay. */
export function markedUp(price: Price, { factorPpm, perMinuteFee, callFee, floorPerMinute }: Markup): Price {
  const factor = new Fraction(BigInt(factorPpm), 1_000_000n);
  const times = (amount: bigint) => whole(amount).times(factor).roundedUp();
  const perMinute = (amount: bigint) => smaller(larger(times(amount) + perMinuteFee, floorPerMinute), MOST);
  const minimum = smaller(times(price.minimum), MOST);
  return {
    ...price,
    perMinute: perMinute(price.perMinute),
    fee: smaller(times(price.fee) + callFee, MOST),
    minimum,
    max: price.max === undefined ? undefined : larger(times(price.max) + callFee, larger(minimum, 1n)),
    steps: price.steps.map((step) => ({ ...step, perMinute: perMinute(step.perMinute) })),
  };
}

function costOf(price: Price, seconds: bigint, freeOfBundle: number): bigint {
  let free = BigInt(price.free + freeOfBundle);
  let sum = whole(0);
  for (const { billed, perMinute } of partsOf(price, seconds)) {
    const paid = larger(billed - free, 0n);
    free = larger(free - billed, 0n);
    sum = sum.plus(whole(paid).times(new Fraction(perMinute, 60n)));
  }
  const cost = larger(price.fee + sum.roundedUp(), price.minimum);
  return price.max === undefined ? cost : smaller(cost, price.max);
}

/** The talk cut at the steps, each part rounded up to its own increments. */
function partsOf({ perMinute, first, next, steps }: Price, seconds: bigint): { billed: bigint; perMinute: bigint }[] {
  const [firstStep] = steps;
  const begin = firstStep ? smaller(seconds, BigInt(firstStep.from)) : seconds;
  const parts = [
    {
      billed: begin <= BigInt(first) ? BigInt(first) : BigInt(first) + inUnits(begin - BigInt(first), next),
      perMinute,
    },
  ];
  for (const [index, step] of steps.entries()) {
    const until = steps[index + 1]?.from;
    const length = (until === undefined ? seconds : smaller(seconds, BigInt(until))) - BigInt(step.from);
    if (length > 0n) parts.push({ billed: inUnits(length, step.increment), perMinute: step.perMinute });
  }
  return parts;
}

const inUnits = (seconds: bigint, unit: number): bigint =>
  new Fraction(seconds, BigInt(unit)).roundedUp() * BigInt(unit);
