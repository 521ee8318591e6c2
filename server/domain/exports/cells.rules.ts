import type { CellKind, ExportColumn, ExportFormat } from "@/server/domain/exports/export.schema";
import { decimalOf } from "@/server/kernel/money";

/**
 * A stored value on its way to a file. Of a moment: milliseconds since 1970. Of money: micros as a decimal string. Of a
 * "decimal": thousandths. Of "json": any plain value.
 */
export type Cell = string | number | null | Readonly<Record<string, unknown>>;
export type Row = readonly Cell[];

export type Writer = Readonly<{
  /** What stands before the first row. */
  head: string;
  line: (row: Row) => string;
}>;

type Style = Readonly<{ format: Exclude<ExportFormat, "pdf">; timeZone: string; decimals: "point" | "comma" }>;

const QUARTER_MS = 900_000;

/**
 * Writes moments of one zone as RFC 3339 with the offset that held then. Offsets change at quarters of an hour at most, so
 * one is worked out per quarter and kept.
 */
export function momentsIn(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset", hourCycle: "h23" });
  const known = new Map<number, Readonly<{ ms: number; text: string }>>();
  const offsetAt = (ms: number) => {
    const quarter = Math.floor(ms / QUARTER_MS);
    const there = known.get(quarter);
    if (there) return there;
    const name = format.formatToParts(quarter * QUARTER_MS).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const [, sign = "+", hours = "00", minutes = "00"] = /^GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
    const made = { ms: sign === "-" ? -size : size, text: size === 0 ? "+00:00" : `${sign}${hours}:${minutes}` };
    if (known.size > 50_000) known.clear();
    known.set(quarter, made);
    return made;
  };
  return (ms) => {
    const offset = offsetAt(ms);
    return `${new Date(ms + offset.ms).toISOString().slice(0, 23)}${offset.text}`;
  };
}

/** Thousandths as a decimal: 61000 is "61", 1250 is "1.25". */
const thousandths = (value: number): string => {
  const size = Math.abs(value);
  const rest = String(size % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return `${value < 0 ? "-" : ""}${Math.floor(size / 1000)}${rest === "" ? "" : `.${rest}`}`;
};

function textOf(cell: Cell, kind: CellKind, moments: (ms: number) => string): string {
  if (cell === null) return "";
  if (kind === "moment") return moments(Number(cell));
  if (kind === "money") return decimalOf(BigInt(cell as string));
  if (kind === "decimal") return thousandths(Number(cell));
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** What a spreadsheet would run as a formula, round to fifteen digits, or read as a number without its zeros. */
const risky = /^[=+\-@\t\r\n|%]|^0\d|^\d{12,}$/;

/** A cell of CSV as RFC 4180 has it. */
const quoted = (text: string, separator: string): string =>
  text.includes('"') || text.includes(separator) || text.includes("\n") || text.includes("\r")
    ? `"${text.replaceAll('"', '""')}"`
    : text;

/**
 * How rows become lines. CSV: a header, CRLF, cells quoted where they must be; with comma decimals a semicolon between them.
 * For spreadsheets: a byte order mark, and an apostrophe before texts that would become formulas or lose digits. JSON lines:
 * an object per row, money and moments as strings, so that nothing is rounded.
 * @param rows of the same columns, in the same order.
 */
export function writerOf(columns: readonly ExportColumn[], style: Style): Writer {
  const moments = momentsIn(style.timeZone);
  return style.format === "jsonl" ? jsonWriter(columns, moments) : csvWriter(columns, style, moments);
}

function jsonWriter(columns: readonly ExportColumn[], moments: (ms: number) => string): Writer {
  const plainOf = (cell: Cell, kind: CellKind) => {
    if (cell === null || kind === "json") return cell;
    if (kind === "number") return typeof cell === "number" ? cell : Number(cell);
    return textOf(cell, kind, moments);
  };
  const line = (row: Row) =>
    `${JSON.stringify(Object.fromEntries(columns.map(({ key, kind }, n) => [key, plainOf(row[n] ?? null, kind)])))}\n`;
  return { head: "", line };
}

function csvWriter(
  columns: readonly ExportColumn[],
  { format, decimals }: Style,
  moments: (ms: number) => string,
): Writer {
  const comma = decimals === "comma";
  const separator = comma ? ";" : ",";
  const cellOf = (cell: Cell, kind: CellKind): string => {
    const text = textOf(cell, kind, moments);
    const isText = kind === "text" || kind === "json";
    if (isText) return quoted(format === "csv_safe" && risky.test(text) ? `'${text}` : text, separator);
    return comma && (kind === "money" || kind === "decimal") ? text.replace(".", ",") : text;
  };
  const head = `${format === "csv_safe" ? "\uFEFF" : ""}${columns.map(({ key }) => key).join(separator)}\r\n`;
  const line = (row: Row) => {
    let text = "";
    for (let n = 0; n < columns.length; n += 1) {
      if (n > 0) text += separator;
      text += cellOf(row[n] ?? null, columns[n]?.kind ?? "text");
    }
    return `${text}\r\n`;
  };
  return { head, line };
}
