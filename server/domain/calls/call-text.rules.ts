import { literally, readText } from "@/server/domain/search/reading.rules";

/** What is looked for by what was typed above the list of calls. */
export type CallText = Readonly<{
  /** What a number begins with: of E.164 without the plus sign, and as it may have been dialled. */
  begins?: Readonly<{ full: readonly string[]; dialled: readonly string[] }>;
  /** For ILIKE: the text anywhere. */
  part: string;
  /** The digits of the text, when it is hardly anything else. */
  digits: string | null;
}>;

/** Fewer digits than this are a part of a number, or an extension's: what begins with them is no small set. */
const LEAST_BEGINNING = 6;

/**
 * Reads what was typed: a number from its beginning in any written form (+49 (0)30 12, 0049…, 030/12), or a part of anything.
 * @param country of the tenant: whose way of writing a national number it is.
 */
export function readCallText(typed: string, country: string): CallText {
  const { text, digits = "", numbers } = readText(typed, country);
  const read = { part: `%${literally(text)}%`, digits: digits.length >= 2 ? digits : null };
  if (digits.length < LEAST_BEGINNING || numbers.length === 0) return read;
  const typedDigits = text.replace(/\(0\)/g, "").replace(/\D/g, "");
  const dialled = [typedDigits, digits, ...numbers.flatMap((number) => [number, `00${number}`, `+${number}`])];
  return { ...read, begins: { full: numbers, dialled: [...new Set(dialled)] } };
}
