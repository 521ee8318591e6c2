/** A price, as the worlds of the simulation have it. Money in micros, times in seconds. */
export type Price = Readonly<{
  perMinute: bigint;
  fee: bigint;
  first: number;
  next: number;
  grace: number;
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
    const whole = this.over / this.under;
    return whole * this.under === this.over ? whole : whole + 1n;
  }
}

const whole = (value: bigint | number) => new Fraction(BigInt(value));

/** Started seconds of a talk in milliseconds. */
const secondsOf = (talkMs: number): bigint => new Fraction(BigInt(talkMs), 1000n).roundedUp();

/** What a talk of this length costs, step by step as it is written in the rules of money. */
export function chargeOf(price: Price, talkMs: number): bigint {
  if (talkMs <= 0) return 0n;
  const seconds = secondsOf(talkMs);
  if (seconds <= BigInt(price.grace)) return 0n;
  return costOf(price, billedOf(price, seconds));
}

/** What has to be held for a talk of this length: a grace may still be left behind. */
export const holdFor = (price: Price, talkMs: number): bigint =>
  talkMs <= 0 ? 0n : costOf(price, billedOf(price, secondsOf(talkMs)));

function billedOf({ first, next }: Price, seconds: bigint): bigint {
  if (seconds <= BigInt(first)) return BigInt(first);
  const beyond = new Fraction(seconds - BigInt(first), BigInt(next)).roundedUp();
  return BigInt(first) + beyond * BigInt(next);
}

const costOf = ({ perMinute, fee }: Price, billed: bigint): bigint =>
  whole(fee)
    .plus(whole(billed).times(new Fraction(perMinute, 60n)))
    .roundedUp();
