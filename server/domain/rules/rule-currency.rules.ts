import type { Rule, StandardRule } from "@/server/domain/rules/rule-kinds.schema";

/**
 * About how many of a currency one euro is, in tenths, rounded to 1, 2 or 5 and noughts: thresholds are to be numbers that people
 * would have chosen, not rates of exchange. What moves by less than half between two years needs no other number.
 */
const tenths: Readonly<Record<string, number>> = {
  ...each(5, "BHD JOD KWD OMR"),
  ...each(10, "CHF EUR GBP GIP USD PAB BSD BMD"),
  ...each(20, "AUD AZN BAM BGN CAD GEL NZD SGD"),
  ...each(50, "AED BRL FJD ILS MYR PEN PLN QAR RON SAR TND"),
  ...each(100, "BOB BWP CNY DKK GTQ HKD MAD MOP NOK SEK SCR"),
  ...each(200, "CZK MDL MXN ZAR NAD"),
  ...each(500, "EGP HNL PHP THB TRY TWD UAH UYU NIO BTN MKD MUR"),
  ...each(1_000, "ALL BDT INR JMD RSD RUB DOP NPR"),
  ...each(2_000, "DZD ISK JPY KES LKR"),
  ...each(5_000, "AMD CRC HUF KZT PKR XAF XOF"),
  ...each(10_000, "CLP YER"),
  ...each(20_000, "ARS IQD KRW MNT NGN RWF"),
  ...each(50_000, "COP KHR TZS UGX MGA"),
  ...each(100_000, "PYG UZS"),
  ...each(200_000, "IDR LAK VND"),
};

function each(worth: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(" ").map((code) => [code, worth]));
}

/** In what a tenant counts, and the operator: what holds for a currency of which nothing is known here is the operator's number. */
export type Currencies = Readonly<{ currency: string; house: string }>;

const worthOf = ({ currency, house }: Currencies): bigint => BigInt(tenths[currency] ?? tenths[house] ?? 10);

/** The largest amount that the database holds. */
const MOST = 2n ** 63n - 1n;

/** The least there is, "any money at all", is that in every currency; and so is "never". */
const scaled = (amount: bigint, from: bigint, to: bigint): bigint => {
  const there = (amount * to) / from;
  if (amount <= 1n || there < 1n) return amount;
  return there > MOST ? MOST : there;
};

/** A standard rule as it is in a currency: thresholds of money are about as much everywhere. */
export function standardIn(standard: StandardRule, currencies: Currencies): StandardRule {
  const worth = worthOf(currencies);
  if (!standard.money || worth === 10n) return standard;
  const { warn, critical } = standard.rule;
  return {
    ...standard,
    rule: { ...standard.rule, warn: scaled(warn, 10n, worth), critical: scaled(critical, 10n, worth) },
  };
}

type Amounts = { readonly [K in "warn" | "critical"]: Rule[K] | null };

/** What somebody said in another currency about a tenant above: about as much in this one. */
export function amountsIn({ warn, critical }: Amounts, said: string, { currency, house }: Currencies): Amounts {
  if (said === currency) return { warn, critical };
  const [from, to] = [worthOf({ currency: said, house }), worthOf({ currency, house })];
  const there = (amount: bigint | null) => (amount === null ? null : scaled(amount, from, to));
  return { warn: there(warn), critical: there(critical) };
}
