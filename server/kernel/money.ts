import { localeOf } from "@/server/kernel/words";

/**
 * Money is a whole number of micro-units: 1_000_000n is one unit of the currency (1 EUR, 1 USD).
 * Micros, not cents, because per-minute call rates go below a hundredth of a cent.
 */
export type Micros = bigint & { readonly __unit: "micros" };

/** ISO 4217's code for "no currency": stands beside a difference whose money is not known. */
export const CURRENCY_NOT_KNOWN = "XXX";

const MICROS_PER_UNIT = 1_000_000n;
const AMOUNT_PATTERN = /^(\d{1,9})(?:\.(\d{1,6}))?$/;

export const micros = (value: bigint): Micros => value as Micros;
export const ceilDiv = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor;

/**
 * Reads a typed decimal amount such as "12.50".
 * @returns undefined when the text is not a plain non-negative decimal with at most nine digits before and six after the point.
 */
export function parseMicros(text: string): Micros | undefined {
  const match = AMOUNT_PATTERN.exec(text.trim());
  if (!match) return undefined;
  const [, whole = "0", fraction = ""] = match;
  return micros(BigInt(whole) * MICROS_PER_UNIT + BigInt(fraction.padEnd(6, "0")));
}

/** An exact plain decimal such as "-0.012500", with six places. For files and interfaces that machines read. */
export function decimalOf(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % MICROS_PER_UNIT).toString().padStart(6, "0");
  return `${amount < 0n ? "-" : ""}${size / MICROS_PER_UNIT}.${fraction}`;
}

/** How many decimals a person expects of this currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/**
 * Renders an amount for people. Amounts that the currency's own decimals would hide (a third of a cent) keep up to six
 * decimals, because a cost shown as 0.00 is a lie. Never feed the result back into arithmetic.
 */
export function formatMicros(
  amount: bigint,
  currency: string,
  options: { locale?: string; exact?: boolean } = {},
): string {
  const decimals = decimalsOf(currency);
  const size = amount < 0n ? -amount : amount;
  const step = 10n ** BigInt(6 - decimals);
  const hidden = size !== 0n && size < step;
  const shown = options.exact || hidden ? decimalOf(amount) : decimalOf(roundTo(amount, step));
  // Intl takes decimal strings exactly; going through Number would not.
  return new Intl.NumberFormat(options.locale ?? localeOf(), {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: options.exact || hidden ? 6 : decimals,
  })
    .format(shown as `${number}`)
    .replace("-", "\u2212");
}

function roundTo(amount: bigint, step: bigint): bigint {
  const sign = amount < 0n ? -1n : 1n;
  return ((amount * sign + step / 2n) / step) * step * sign;
}
