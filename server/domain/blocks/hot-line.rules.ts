export type HotNumber = Readonly<{ digits: string; exact: boolean }>;

/**
 * Reads one line of a hot list: a number of E.164 in its first column, with a star behind it for all that begin so. Quotes,
 * a plus sign or 00, blanks, dots, dashes and brackets are let go; further columns are not read.
 * @returns undefined for an empty line, a remark (#) and a line of column names at the top; a reason for what is no number.
 */
export function readHotLine(text: string, line: number): HotNumber | { readonly reason: string } | undefined {
  const first = (/^\s*"([^"]*)"|^([^,;\t|]*)/.exec(text) ?? []).slice(1).find((found) => found !== undefined) ?? "";
  const cell = first.trim();
  if (cell === "" && text.replace(/[,;\t|"\s]/g, "") === "") return undefined;
  if (cell.startsWith("#")) return undefined;
  if (line === 1 && /^[\p{L}_ -]+$/u.test(cell)) return undefined;
  const starred = cell.endsWith("*");
  const digits = (starred ? cell.slice(0, -1) : cell).replace(/[\s().-]/g, "").replace(/^(?:\+|00)/, "");
  if (digits === "") return { reason: "has no number in its first column" };
  if (!/^\d+$/.test(digits)) return { reason: "is no number" };
  if (digits.startsWith("0")) return { reason: "has no country code: it begins with 0" };
  if (digits.length > 15) return { reason: "has more than 15 digits" };
  if (!starred && digits.length < 5) return { reason: "is too short; put a star behind it for all that begin so" };
  return { digits, exact: !starred };
}
