/** JSON for machines: money is a string of whole micros, times are ISO. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));

/** The same for a person: a list as a table, one thing as lines. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return tableOf(value);
  if (value !== null && typeof value === "object" && !(value instanceof Date)) return linesOf(value);
  return cellOf(value);
}

function tableOf(rows: readonly unknown[]): string {
  const [first] = rows;
  if (first === undefined) return "Nothing.";
  if (first === null || typeof first !== "object") return rows.map(cellOf).join("\n");
  // What is nested has no place in a column; --json has all of it.
  const columns = Object.keys(first).filter((key) => !rows.some((row) => isNested(fieldOf(row, key))));
  const table = [columns, ...rows.map((row) => columns.map((key) => shown(key, fieldOf(row, key))))];
  const widths = columns.map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function linesOf(thing: object): string {
  const entries = Object.entries(thing);
  const width = Math.max(...entries.map(([key]) => key.length));
  return entries
    .map(([key, value]) =>
      isNested(value) ? `${key}:\n${indent(textOf(value))}` : `${key.padEnd(width)}  ${shown(key, value)}`,
    )
    .join("\n");
}

const indent = (text: string): string => text.replace(/^/gm, "  ");
const fieldOf = (row: unknown, key: string): unknown => (row as Record<string, unknown>)[key];
const isNested = (value: unknown): boolean => value !== null && typeof value === "object" && !(value instanceof Date);

/** Micros as an amount; everything else as it is. */
function shown(key: string, value: unknown): string {
  const amount =
    key.endsWith("Micros") && value !== null && /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : undefined;
  if (amount === undefined) return cellOf(value);
  const size = amount < 0n ? -amount : amount;
  return `${amount < 0n ? "-" : ""}${size / 1_000_000n}.${String(size % 1_000_000n).padStart(6, "0")}`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (value instanceof Date) return value.toISOString();
  // A name is data: nothing in it may move the cursor of whoever reads it.
  return String(value).replace(/\p{Cc}/gu, "?");
}
