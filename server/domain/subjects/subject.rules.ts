import { parsePhoneNumberFromString } from "libphonenumber-js/max";

/** Between two digits of a number as people write it. */
const BETWEEN = "[ ()./-]{0,2}";

/** Digits of E.164 as somebody typed them with their plus; undefined for what is no number that can exist, or so short that days
 * and amounts look like it. */
export function digitsOf(typed: string): string | undefined {
  const text = typed.trim().replace(/[\s()./-]/g, "");
  if (!/^\+[1-9]\d{7,14}$/.test(text) || !parsePhoneNumberFromString(text)?.isPossible()) {
    return undefined;
  }
  return text.slice(1);
}

/**
 * A regular expression of PostgreSQL that finds a number in words: with its plus, two zeros or neither, and however its digits
 * are grouped; never a part of a longer number, of a day (YYYY-MM-DD) or of an amount with a point. Behind a plus a point
 * groups digits, so what is found there is a number.
 */
export function patternOfNumber(digits: string): string {
  const all = [...digits];
  const body = all.map((digit, at) => `${at === 0 ? "" : BETWEEN}${dayGuard(digits, at)}${digit}`).join("");
  const points = all.slice(1).map((_, at) => String.raw`${digits.slice(0, at + 1)}\.${digits.slice(at + 1)}`);
  const amount = `(?!(?:${points.join("|")})(?![0-9]))`;
  const before = String.raw`(?<![0-9])(?<![0-9]\.)${insideDay(digits)}`;
  const after = String.raw`(?![0-9])(?!\.[0-9]+(?![0-9]|\.[0-9a-z]))`;
  return String.raw`${before}(?:\+|00|${amount})${body}${after}`;
}

/** Keeps a hit from running into a day that begins at one of its digits; nothing, where these digits begin no day. */
function dayGuard(digits: string, at: number): string {
  const known = digits.slice(at, at + 8);
  const whole = known + "20000101".slice(known.length);
  return known === "1" || /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(whole)
    ? "(?!(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9]))"
    : "";
}

/** Keeps a hit from beginning at the month or the day of a date. */
const insideDay = (digits: string): string =>
  /^(?:1[0-2]|[12]\d|3[01])/.test(digits)
    ? "(?!(?<=(?:19|20)[0-9]{2}-)[0-9]{2}-[0-9]{2}(?![0-9]))(?!(?<=(?:19|20)[0-9]{2}-[0-9]{2}-)[0-9]{2}(?![0-9]))"
    : "";

/** The same for an address of mail, in any case of its letters; never a part of a longer address. */
export const patternOfAddress = (email: string): string =>
  String.raw`(?<![a-z0-9._%+-])${email.replace(/[^a-z0-9]/gi, String.raw`\$&`)}(?![a-z0-9-]|\.[a-z0-9])`;
