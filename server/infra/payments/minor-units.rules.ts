import { type Micros, micros } from "@/server/kernel/money";

/** Currencies that Stripe counts without decimals, and with three; everything else, also ISK and UGX, with two. */
const whole = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" ");
const threeDecimals = "BHD JOD KWD OMR TND".split(" ");

const stepOf = (currency: string): bigint =>
  whole.includes(currency) ? 1_000_000n : threeDecimals.includes(currency) ? 1_000n : 10_000n;

/**
 * Micros in the provider's smallest unit of the currency.
 * @returns undefined for an amount that is not a whole number of them.
 */
export function toMinor(amount: bigint, currency: string): number | undefined {
  const step = stepOf(currency.toUpperCase());
  return amount % step === 0n ? Number(amount / step) : undefined;
}

/** The provider's smallest units as micros. */
export const fromMinor = (amount: number, currency: string): Micros =>
  micros(BigInt(amount) * stepOf(currency.toUpperCase()));
