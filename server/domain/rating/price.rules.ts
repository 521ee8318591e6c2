import { ceilDiv, decimalOf, type Micros, micros } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

/** From the second `from` on another price and increment. */
export type RateStep = Readonly<{
  from: number;
  /** Price of sixty seconds, in micros. */
  perMinute: Micros;
  /** Billing step, in seconds. */
  increment: number;
}>;

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
  /** Taken off the beginning of the billed time; the fee is due all the same. */
  freeSeconds?: number;
  /** What a charged call costs at least, in micros. */
  minimumCharge?: Micros;
  /** What a call costs at most, in micros; beyond it is cut or free. */
  maxCharge?: Micros | null;
  beyond?: "cut" | "free";
  /** In ascending order. */
  steps?: readonly RateStep[];
}>;

/** What else bears on one call: seconds that a bundle pays, whether a bundle of calls does, and the buyer's tax. */
export type PriceContext = Readonly<{ bundleSeconds?: number; taxPpm?: number; taxName?: string }>;

/** One line of a receipt: what was looked at, and its number. */
export type PriceStep = Readonly<{ label: string; value: string }>;

export type CallPrice = Readonly<{
  /** Talk time rounded up to whole seconds. */
  seconds: number;
  /** Of all steps together, before anything free is taken off. */
  billedSeconds: number;
  /** Without tax, in micros. */
  cost: Micros;
  tax: Micros;
  steps: readonly PriceStep[];
}>;

/** The part of a call that one price holds for; `increments` and `sum` say in words how its seconds were rounded. */
type Part = Readonly<{
  perMinute: Micros;
  talked: number;
  billed: number;
  free: number;
  increments: string;
  sum: string;
}>;

/**
 * Prices one answered call and says how. The SQL functions price_billed and price_charge do the same arithmetic where
 * money moves; a property test holds the two together. The only rounding is up, to the next micro, once per call.
 * @param talkMs from answer to hang-up, in whole milliseconds.
 * @throws RangeError for a negative or fractional duration: a call cannot have one, so it is our bug.
 */
export function priceCall(talkMs: number, rate: RatePrice, context: PriceContext = {}): CallPrice {
  const seconds = startedSecondsOf(talkMs);
  const charged = seconds > 0 && seconds > rate.graceSeconds;
  const parts = charged ? partsOf(seconds, rate, (rate.freeSeconds ?? 0) + (context.bundleSeconds ?? 0)) : [];
  const owed = parts.reduce((sum, part) => sum + BigInt(part.billed - part.free) * part.perMinute, 0n);
  const talk = ceilDiv(owed, 60n);
  const cost = charged ? bounded(micros(rate.connectionFee + talk), rate) : micros(0n);
  const price = {
    seconds,
    billedSeconds: parts.reduce((sum, part) => sum + part.billed, 0),
    cost,
    tax: taxOn(cost, context.taxPpm ?? 0),
  };
  return {
    ...price,
    steps: [...talkSteps(talkMs, rate), ...(charged ? chargeSteps(parts, talk, rate, context, price) : [])],
  };
}

/** Tax on a net amount in millionths, to the nearest micro, half up; a line of its own in the ledger. */
export const taxOn = (net: Micros, taxPpm: number): Micros => micros((net * BigInt(taxPpm) + 500_000n) / 1_000_000n);

function bounded(cost: Micros, { minimumCharge, maxCharge }: RatePrice): Micros {
  const least = minimumCharge !== undefined && cost < minimumCharge ? minimumCharge : cost;
  return maxCharge !== undefined && maxCharge !== null && least > maxCharge ? maxCharge : least;
}

/** Each step's seconds are rounded up to its own increment; free seconds are taken off from the beginning. */
function partsOf(seconds: number, rate: RatePrice, freeSeconds: number): readonly Part[] {
  const steps = rate.steps ?? [];
  const { firstSeconds: first, nextSeconds: next } = rate;
  const base = Math.min(seconds, steps[0]?.from ?? seconds);
  const more = Math.max(0, Math.ceil((base - first) / next));
  const billed = first + more * next;
  const found = [
    {
      perMinute: rate.perMinute,
      talked: base,
      billed,
      increments: t("first {first} s, then each {next} s", { first: String(first), next: String(next) }),
      sum: more === 0 ? secondsOf(billed) : secondsOf(`${first} + ${more} × ${next} = ${billed}`),
    },
  ];
  steps.forEach((step, at) => {
    const talked = Math.min(seconds, steps[at + 1]?.from ?? seconds) - step.from;
    if (talked <= 0) return;
    const { perMinute, increment } = step;
    const rounded = Math.ceil(talked / increment) * increment;
    found.push({
      perMinute,
      talked,
      billed: rounded,
      increments: t("each {next} s", { next: String(increment) }),
      sum: secondsOf(rounded),
    });
  });
  let left = freeSeconds;
  return found.map((part) => {
    const free = Math.min(left, part.billed);
    left -= free;
    return { ...part, free };
  });
}

function startedSecondsOf(talkMs: number): number {
  if (!Number.isSafeInteger(talkMs) || talkMs < 0) throw new RangeError(`talkMs: ${talkMs}`);
  return Math.ceil(talkMs / 1000);
}

/** From the milliseconds to what is counted at all. */
function talkSteps(talkMs: number, { graceSeconds }: RatePrice): PriceStep[] {
  const seconds = startedSecondsOf(talkMs);
  const steps: PriceStep[] = [
    { label: t("Talk time"), value: secondsOf(secondsText(talkMs)) },
    { label: t("Started seconds"), value: secondsOf(seconds) },
  ];
  if (talkMs === 0) return [...steps, { label: t("Not answered, so nothing is charged"), value: decimalOf(0n) }];
  if (graceSeconds === 0) return steps;
  const short = seconds <= graceSeconds;
  const value = t(short ? "not longer, so the call is free" : "longer, so the call is charged");
  steps.push({ label: t("Free up to {seconds} s", { seconds: String(graceSeconds) }), value });
  return short ? [...steps, { label: t("Cost"), value: decimalOf(0n) }] : steps;
}

function chargeSteps(
  parts: readonly Part[],
  talk: bigint,
  rate: RatePrice,
  context: PriceContext,
  { cost, tax }: Pick<CallPrice, "cost" | "tax">,
): PriceStep[] {
  const steps = parts.flatMap((part, at) => partSteps(part, at, parts.length, talk));
  if (parts.length > 1) steps.push({ label: t("Together, rounded up"), value: decimalOf(talk) });
  if (rate.connectionFee > 0n) steps.push({ label: t("Connection fee"), value: decimalOf(rate.connectionFee) });
  const sum = rate.connectionFee + talk;
  if (rate.minimumCharge !== undefined && sum < rate.minimumCharge) {
    steps.push({ label: t("Minimum charge"), value: decimalOf(rate.minimumCharge) });
  }
  if (rate.maxCharge && cost === rate.maxCharge && sum > rate.maxCharge) {
    const label = t(rate.beyond === "free" ? "Maximum charge, free beyond it" : "Maximum charge, the call ends there");
    steps.push({ label, value: decimalOf(rate.maxCharge) });
  }
  steps.push({ label: t("Cost"), value: decimalOf(cost) });
  if (tax > 0n) {
    const percent = percentText(context.taxPpm ?? 0);
    steps.push({ label: `${context.taxName || t("Tax")} ${percent} %`, value: decimalOf(tax) });
    steps.push({ label: t("Cost with tax"), value: decimalOf(cost + tax) });
  }
  return steps;
}

function partSteps(part: Part, at: number, count: number, talk: bigint): PriceStep[] {
  const { talked, billed, free, perMinute } = part;
  const seconds = String(talked);
  const what = t("Billed: {increments}", { increments: part.increments });
  const which =
    at === 0 ? t("First {seconds} s. {what}", { seconds, what }) : t("Next {seconds} s. {what}", { seconds, what });
  const steps: PriceStep[] = [{ label: count === 1 ? what : which, value: part.sum }];
  if (free > 0) steps.push({ label: t("Free seconds"), value: secondsOf(`${billed} − ${free} = ${billed - free}`) });
  const formula = t("{seconds} s × {price} per minute ÷ 60", {
    seconds: String(billed - free),
    price: decimalOf(perMinute),
  });
  steps.push(
    count === 1
      ? { label: t("{formula}, rounded up", { formula }), value: decimalOf(talk) }
      : { label: formula, value: decimalOf(ceilDiv(BigInt(billed - free) * perMinute, 60n)) },
  );
  return steps;
}

/** Millionths as a percentage without trailing zeros: 190 000 is 19, 77 000 is 7.7. */
const percentText = (ppm: number): string => String(ppm / 10_000);

const secondsOf = (seconds: string | number): string => t("{count} s", { count: String(seconds) });

const secondsText = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}`;
