import { z } from "zod";

import { type Micros, parseMicros } from "@/server/kernel/money";

/** Says which rule a typed amount breaks; undefined when it is one. */
export function amountProblem(text: string): string | undefined {
  const typed = text.trim();
  if (typed === "") return "An amount is required.";
  if (/^[-\u2212]/.test(typed)) return "The amount must not be negative.";
  if (/^\d+\.\d{7,}$/.test(typed)) return "An amount has at most six decimals.";
  if (/^\d{10,}(\.\d*)?$/.test(typed)) return "An amount has at most nine digits before the point.";
  return parseMicros(typed) === undefined ? "Write a plain amount such as 12.50." : undefined;
}

/** A typed decimal amount, zero or more, as micros. The text is what travels; a float never holds money. */
export const amountSchema = z.string().transform((text, context): Micros => {
  const amount = parseMicros(text);
  if (amount !== undefined) return amount;
  context.issues.push({ code: "custom", input: text, message: amountProblem(text) ?? "This is not an amount." });
  return z.NEVER;
});

/** The same for money that moves: nothing is not an amount to move. */
export const positiveAmountSchema = amountSchema.refine((amount) => amount > 0n, "The amount must be more than zero.");

const MOST_PER_MINUTE = 1_000_000_000n;

/** A price: at most a thousand units of the currency. */
export const priceSchema = amountSchema.refine((amount) => amount <= MOST_PER_MINUTE, "A price is at most 1000.");

/** Three capital letters, as ISO 4217 has them. */
export const currencySchema = z
  .string()
  .trim()
  .toUpperCase()
  .refine(isCurrency, "Use a currency's three letters, such as EUR.");

function isCurrency(code: string): boolean {
  return /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf("currency").includes(code);
}
