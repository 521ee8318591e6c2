import { localeOf, spoken } from "@/server/kernel/words";

/** Numbers, dates and lists in the language spoken: the one place that asks Intl, so that all pages write them alike. */

const made = new Map<string, unknown>();

/** Making a format takes a hundred times as long as using it. */
function kept<T>(kind: string, locale: string, options: object, make: () => T): T {
  const key = `${kind}|${locale}|${JSON.stringify(options)}`;
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known as T;
}

/** Days are written the British way in English: 21 Nov, not Nov 21. */
const dateLocale = (): string => (spoken() === "en" || spoken() === "en-XA" ? "en-GB" : localeOf());

export const numberFormat = (options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  kept("number", localeOf(), options, () => new Intl.NumberFormat(localeOf(), options));

/** @param options must name the time zone: a day of the server's own clock is nobody's day. */
export const dateFormat = (options: Intl.DateTimeFormatOptions & { timeZone: string }): Intl.DateTimeFormat =>
  kept("date", dateLocale(), options, () => new Intl.DateTimeFormat(dateLocale(), options));

/** 12,345 in English, 12.345 in German. */
export const numberText = (value: number | bigint): string => numberFormat().format(value);

/** "a, b and c". */
export const listText = (items: readonly string[]): string =>
  kept("list", localeOf(), {}, () => new Intl.ListFormat(localeOf(), { type: "conjunction" })).format(items);

/** The name of a country by its two letters; a code that names none stays as it is. */
export function regionText(code: string): string {
  try {
    const names = kept("region", localeOf(), {}, () => new Intl.DisplayNames(localeOf(), { type: "region" }));
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
