import { ceilDiv, decimalOf, type Micros, micros } from "@/server/kernel/money";

/** One price, as it stands in a plan and as it is snapshotted on a hold. */
export type RatePrice = Readonly<{
  /** Price of sixty seconds, in micros. */
  perMinute: Micros;
  /** Paid once per charged call, in micros. */
  connectionFee: Micros;
  /** The shortest time that is billed, in seconds. */
  firstSeconds: number;
  /** Billing step after the first increment, in seconds. */
  nextSeconds: number;
  /** Calls that last no longer than this many seconds are free. */
  graceSeconds: number;
}>;

/** One line of a receipt: what was looked at, and its number. */
export type PriceStep = Readonly<{ label: string; value: string }>;

export type CallPrice = Readonly<{
  /** Talk time rounded up to whole seconds. */
  seconds: number;
  billedSeconds: number;
  cost: Micros;
  steps: readonly PriceStep[];
}>;

/**
 * The seconds that are billed for a talk time in milliseconds: none up to the grace, else the first increment and as many
 * whole next ones as were started.
 * @throws RangeError for a negative or fractional duration: a call cannot have one, so it is our bug.
 */
export function billedSecondsOf(talkMs: number, rate: RatePrice): number {
  const seconds = startedSecondsOf(talkMs);
  if (seconds === 0 || seconds <= rate.graceSeconds) return 0;
  if (seconds <= rate.firstSeconds) return rate.firstSeconds;
  return rate.firstSeconds + Math.ceil((seconds - rate.firstSeconds) / rate.nextSeconds) * rate.nextSeconds;
}

/** The price of billed seconds in micros, rounded up to the next micro; nothing billed costs nothing, not even the fee. */
export function costOf(billedSeconds: number, rate: RatePrice): Micros {
  if (billedSeconds <= 0) return micros(0n);
  return micros(rate.connectionFee + ceilDiv(BigInt(billedSeconds) * rate.perMinute, 60n));
}

/**
 * Prices one answered call and says how. The SQL functions price_billed_seconds and price_micros do the same arithmetic
 * where money moves; a property test holds the two together.
 * @throws RangeError for a negative or fractional duration.
 */
export function priceCall(talkMs: number, rate: RatePrice): CallPrice {
  const seconds = startedSecondsOf(talkMs);
  const billedSeconds = billedSecondsOf(talkMs, rate);
  const cost = costOf(billedSeconds, rate);
  return { seconds, billedSeconds, cost, steps: stepsOf(talkMs, rate, { seconds, billedSeconds, cost }) };
}

/**
 * The longest billed time that a budget pays for: the first increment plus whole next ones, and nothing beyond the first
 * step that reaches `mostSeconds`. 0 when the budget does not even pay for the first increment.
 */
export function affordableSecondsOf(budget: Micros, rate: RatePrice, mostSeconds: number): number {
  const enough = Math.max(mostSeconds, rate.firstSeconds);
  if (budget < rate.connectionFee) return 0;
  if (rate.perMinute === 0n) return enough;
  const paid = ((budget - rate.connectionFee) * 60n) / rate.perMinute;
  if (paid < BigInt(rate.firstSeconds)) return 0;
  const cap = BigInt(enough + rate.nextSeconds);
  const beyondFirst = Number(paid < cap ? paid : cap) - rate.firstSeconds;
  return rate.firstSeconds + Math.floor(beyondFirst / rate.nextSeconds) * rate.nextSeconds;
}

function startedSecondsOf(talkMs: number): number {
  if (!Number.isSafeInteger(talkMs) || talkMs < 0) throw new RangeError(`talkMs: ${talkMs}`);
  return Math.ceil(talkMs / 1000);
}

function stepsOf(talkMs: number, rate: RatePrice, price: Omit<CallPrice, "steps">): PriceStep[] {
  const { seconds, billedSeconds, cost } = price;
  const steps: PriceStep[] = [
    { label: "Talk time", value: `${secondsText(talkMs)} s` },
    { label: "Started seconds", value: `${seconds} s` },
  ];
  if (talkMs === 0) return [...steps, { label: "Not answered, so nothing is charged", value: decimalOf(0n) }];
  if (rate.graceSeconds > 0) {
    const short = seconds <= rate.graceSeconds;
    const value = short ? "not longer, so the call is free" : "longer, so the call is charged";
    steps.push({ label: `Free up to ${rate.graceSeconds} s`, value });
    if (short) return [...steps, { label: "Cost", value: decimalOf(cost) }];
  }
  steps.push(
    { label: `Billed: first ${rate.firstSeconds} s, then each ${rate.nextSeconds} s`, value: billedText(rate, price) },
    {
      label: `${billedSeconds} s × ${decimalOf(rate.perMinute)} per minute ÷ 60, rounded up`,
      value: decimalOf(cost - rate.connectionFee),
    },
  );
  if (rate.connectionFee > 0n) steps.push({ label: "Connection fee", value: decimalOf(rate.connectionFee) });
  return [...steps, { label: "Cost", value: decimalOf(cost) }];
}

function billedText(rate: RatePrice, { billedSeconds }: Pick<CallPrice, "billedSeconds">): string {
  const more = (billedSeconds - rate.firstSeconds) / rate.nextSeconds;
  return more === 0
    ? `${billedSeconds} s`
    : `${rate.firstSeconds} + ${more} × ${rate.nextSeconds} = ${billedSeconds} s`;
}

const secondsText = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}`;
