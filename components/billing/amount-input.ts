import { parseMicros } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

/** Takes what people type: a comma for the point, and spaces between thousands. */
export const plainAmount = (text: string): string =>
  text.replaceAll(/[\s\u00A0\u202F']/g, "").replace(/^(\d+),(\d{1,6})$/, "$1.$2");

/** The amount in micros, or undefined when it is not one. */
export const readAmount = (text: string): bigint | undefined => parseMicros(plainAmount(text));

/** The sentence for an amount that cannot be used. */
export function amountProblem(text: string): string | undefined {
  const amount = readAmount(text);
  if (amount === undefined) return t("Write an amount such as 10 or 12.50, with at most six decimals.");
  return amount === 0n ? t("The amount must be more than zero.") : undefined;
}
