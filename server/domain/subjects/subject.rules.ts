/** Between two digits of a number as people write it. */
const BETWEEN = "[ ()./-]{0,2}";

/** Digits of E.164 as somebody typed them with their plus; undefined for what is no such number. */
export function digitsOf(typed: string): string | undefined {
  const text = typed.trim().replace(/[\s()./-]/g, "");
  return /^\+[1-9]\d{5,14}$/.test(text) ? text.slice(1) : undefined;
}

/**
 * A regular expression of PostgreSQL that finds a number in words: with its plus, two zeros or neither, and however its digits
 * are grouped; never a part of a longer number.
 */
export const patternOfNumber = (digits: string): string =>
  String.raw`(?<![0-9])(?:\+|00)?${[...digits].join(BETWEEN)}(?![0-9])`;

/** The same for an address of mail, in any case of its letters; never a part of a longer address. */
export const patternOfAddress = (email: string): string =>
  String.raw`(?<![a-z0-9._%+-])${email.replace(/[^a-z0-9]/gi, String.raw`\$&`)}(?![a-z0-9-]|\.[a-z0-9])`;
