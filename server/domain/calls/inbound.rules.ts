/**
 * The number that was called, as a trunk names it: in full, with a plus sign, with 00 or with neither. Digits of E.164.
 * @returns undefined for anything else; a trunk that leaves out the country says nothing that could be looked up.
 */
export function readCalled(text: string): string | undefined {
  const digits = text.replace(/^(?:\+|00)/, "");
  return /^[1-9][0-9]{4,14}$/.test(digits) ? digits : undefined;
}

/** What a caller says of itself becomes a record and a telephone's display: a number, or nothing. */
export function readCaller(text: string): string {
  const number = text.trim().replace(/[ ()./-]/g, "");
  return /^\+?[0-9]{1,20}$/.test(number) ? number : "";
}
