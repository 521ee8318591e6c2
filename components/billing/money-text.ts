import { numberFormat } from "@/server/kernel/locale";
import { decimalOf, decimalsOf } from "@/server/kernel/money";

const MINUS = "\u2212";

type Style = Readonly<{
  /** Decimals shown. Without it: the currency's own, or as many as it takes to not show a cost as zero. */
  decimals?: number;
  /** The figure alone, for columns whose head names the currency. */
  bare?: boolean;
  /** A plus sign before what adds to a balance. */
  signed?: boolean;
}>;

/** Rounds half away from zero to the given number of decimals, in whole micros. */
function rounded(amount: bigint, decimals: number): bigint {
  const step = 10n ** BigInt(6 - decimals);
  const size = amount < 0n ? -amount : amount;
  const near = ((size + step / 2n) / step) * step;
  return amount < 0n ? -near : near;
}

/** The decimals that show an amount honestly: the currency's own, four below one cent, six where four would still say zero. */
export function honestDecimals(amount: bigint, currency: string): number {
  const own = decimalsOf(currency);
  const size = amount < 0n ? -amount : amount;
  if (size === 0n || size >= 10n ** BigInt(6 - own)) return own;
  return size % 100n === 0n ? 4 : 6;
}

/** The same decimals for a whole column: the currency's own when they are exact for every amount, else four. */
export function columnDecimals(amounts: readonly bigint[], currency: string): number {
  const own = decimalsOf(currency);
  const step = 10n ** BigInt(6 - own);
  return amounts.every((amount) => amount % step === 0n) ? own : Math.max(own, 4);
}

/** The same where a line must add up to the eye: as many as show each amount exactly. */
export function exactDecimals(amounts: readonly bigint[], currency: string): number {
  const own = decimalsOf(currency);
  const exact = [own, 4, 5].find((decimals) => amounts.every((amount) => amount % 10n ** BigInt(6 - decimals) === 0n));
  return Math.max(own, exact ?? 6);
}

/** The decimals of a price per minute: four, trailing zeros kept; five or six where it needs them. */
export const rateDecimals = (amount: bigint): number => (amount % 100n === 0n ? 4 : amount % 10n === 0n ? 5 : 6);

/** The same for a column of prices: as many as the finest of them needs. */
export const ratesDecimals = (amounts: readonly bigint[]): number => Math.max(4, ...amounts.map(rateDecimals));

/** An amount as people read it. The digits go to Intl as text, so no amount is too large to be exact. */
export function moneyText(amount: bigint, currency: string, style: Style = {}): string {
  const decimals = style.decimals ?? honestDecimals(amount, currency);
  const figure = decimalOf(rounded(amount, decimals)) as `${number}`;
  const text = numberFormat({
    ...(style.bare ? {} : { style: "currency", currency, currencyDisplay: "narrowSymbol" }),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: style.signed ? "exceptZero" : "negative",
  }).format(figure);
  return text.replace("-", MINUS);
}

/** All six decimals and the currency's code, for the tooltip and for copying. */
export const exactMoneyText = (amount: bigint, currency: string): string =>
  `${moneyText(amount, currency, { decimals: 6, bare: true })} ${currency}`;
