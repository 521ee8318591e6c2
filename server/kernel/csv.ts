/** What a spreadsheet would take for a formula or hide at the start of a cell. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Rows as CSV with CRLF, safe to open in a spreadsheet: a cell that would be taken for a formula gets an apostrophe in front.
 * For lists that people read; what must come back byte by byte is written by its own subject.
 */
export const csvForPeople = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
