import type { DeckSettings } from "@/server/domain/decks/deck.schema";
import {
  type DateOrder,
  type DeckDecimal,
  type DeckDelimiter,
  type DeckEncoding,
  deckDelimiters,
  NOT_READ,
} from "@/server/domain/decks/deck-kinds.schema";
import { type Columns, columnsOf, currencyIn, isWhole } from "@/server/domain/decks/header.rules";

/** How a file is read: what was found in it, or said about it. */
export type DeckLayout = Readonly<{
  encoding: DeckEncoding;
  delimiter: DeckDelimiter;
  decimal: DeckDecimal;
  dates: DateOrder | null;
  /** The line of the column names, 0 when there is none. */
  header: number;
  /** The names as they stand there. */
  names: readonly string[];
  columns: Columns;
  firstSeconds: number;
  nextSeconds: number;
  /** The currency that the names speak of. */
  currency: string | null;
}>;

/** One sentence for a file that cannot be read as a deck. */
export type Unreadable = Readonly<{ unreadable: string }>;

const startsWith = (bytes: Uint8Array, ...marks: number[]): boolean => marks.every((mark, at) => bytes[at] === mark);

/** The encoding of a file, from its first bytes and from whether all of it is valid UTF-8. */
export function encodingOf(head: Uint8Array, isUtf8: boolean): DeckEncoding | Unreadable {
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0xd0, 0xcf, 0x11, 0xe0)) {
    return {
      unreadable: "This is an Excel workbook. Save it as CSV, with the prefix column as text, and upload that.",
    };
  }
  if (startsWith(head, 0x1f, 0x8b)) return { unreadable: "This file is compressed. Unpack it first." };
  if (startsWith(head, 0xff, 0xfe)) return "utf-16le";
  if (head.includes(0)) return { unreadable: "This is not a text file." };
  return isUtf8 ? "utf-8" : "windows-1252";
}

/** The cells of one line, for a look at the file; the file itself is read by the CSV parser. */
export function cellsOf(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? "";
    if (letter === '"') {
      if (quoted && line[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (letter === delimiter && !quoted) {
      cells.push(cell);
      cell = "";
    } else cell += letter;
  }
  cells.push(cell);
  return cells.map((text) => text.trim());
}

const SAMPLE_LINES = 200;
const HEADER_WITHIN = 30;

/**
 * How a file is to be read.
 * @param text the decoded beginning of the file, whole lines.
 * @param said settings in place of what would be detected.
 */
export function sniff(text: string, encoding: DeckEncoding, said: DeckSettings): DeckLayout | Unreadable {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .slice(0, SAMPLE_LINES);
  const excel = /^"?sep=(.)"?$/i.exec(lines[0] ?? "")?.[1];
  const delimiter = said.delimiter ?? nameOf(excel) ?? delimiterOf(lines, said.columns?.length);
  const rows = lines.map((line) => cellsOf(line, deckDelimiters[delimiter]));
  const header = said.header ?? headerLine(rows, said.columns !== undefined);
  const names = header === 0 ? [] : (rows[header - 1] ?? []);
  const sample = rows.slice(header).filter((row) => row.some((cell) => cell !== ""));
  const columns = said.columns?.map((field) => (field === NOT_READ ? null : field)) ?? columnsOf(names, sample);
  if (!isWhole(columns)) return { unreadable: whatIsMissing(names, columns) };
  const [first = 60, next = 60] = said.increments?.split("/").map(Number) ?? [];
  const rateName = names[columns.indexOf("rate")] ?? "";
  return {
    encoding,
    delimiter,
    decimal: said.decimal ?? decimalOf(sample, columns),
    dates: said.dates ?? dateOrderOf(sample, columns),
    header,
    names,
    columns,
    firstSeconds: first,
    nextSeconds: next,
    currency: currencyIn(rateName) ?? null,
  };
}

function whatIsMissing(names: readonly string[], columns: Columns): string {
  const seen = names.filter((name) => name !== "");
  const what = columns.includes("rate") ? "prefix" : columns.includes("prefix") ? "rate" : "prefix and rate";
  return seen.length > 0
    ? `No column of this file could be read as ${what}. Its columns are called ${seen.slice(0, 12).join(", ").slice(0, 300)}: say what each one is.`
    : "No line with column names was found. Say what each column is, such as prefix, destination, rate.";
}

const names = Object.keys(deckDelimiters) as DeckDelimiter[];
const nameOf = (letter: string | undefined): DeckDelimiter | undefined =>
  names.find((name) => deckDelimiters[name] === letter);

/** The one that cuts the most lines into the same number of cells, best into that which was told, or where that makes names of columns. */
function delimiterOf(lines: readonly string[], told: number | undefined): DeckDelimiter {
  const filled = lines.filter((line) => line.trim() !== "");
  const score = (name: DeckDelimiter): number => {
    const rows = filled.map((line) => cellsOf(line, deckDelimiters[name]));
    const known = Math.max(
      0,
      ...rows.slice(0, HEADER_WITHIN).map((row) => columnsOf(row, []).filter((field) => field !== null).length),
    );
    const widths = new Map<number, number>();
    for (const { length } of rows) {
      const weight = length === told ? 10 : 1 + length / 1_000;
      if (length > 1) widths.set(length, (widths.get(length) ?? 0) + weight);
    }
    return known * 10_000 + Math.max(0, ...widths.values());
  };
  return names.map((name) => ({ name, score: score(name) })).toSorted((a, b) => b.score - a.score)[0]?.name ?? "comma";
}

/** The first line whose cells are names of columns; 0 when there is none, or the columns are told anyway and it is data. */
function headerLine(rows: readonly (readonly string[])[], told: boolean): number {
  const within = rows.slice(0, HEADER_WITHIN);
  const whole = within.findIndex((row, at) => isWhole(columnsOf(row, rows.slice(at + 1))));
  if (whole !== -1) return whole + 1;
  if (told) return 0;
  // Some names are known, not enough of them: that line is shown in what is told about the file.
  const some = within.findIndex((row) => columnsOf(row, []).filter((field) => field !== null).length >= 1);
  return some === -1 ? 0 : some + 1;
}

const prices = ["rate", "connection_fee", "minimum_charge", "max_charge"] as const;

function decimalOf(sample: readonly (readonly string[])[], columns: Columns): DeckDecimal {
  let [points, commas] = [0, 0];
  for (const row of sample) {
    for (const field of prices) {
      const cell = row[columns.indexOf(field)] ?? "";
      if (/\d?\.\d/.test(cell)) points += 1;
      else if (/\d?,\d/.test(cell)) commas += 1;
    }
  }
  return commas > points ? "comma" : "point";
}

/** Told by a day above twelve; null where no date in the sample tells. */
function dateOrderOf(sample: readonly (readonly string[])[], columns: Columns): DateOrder | null {
  for (const row of sample) {
    for (const field of ["effective_from", "effective_to"] as const) {
      const parts = /^(\d{1,2})[/-](\d{1,2})[/-]\d{4}\b/.exec(row[columns.indexOf(field)] ?? "");
      if (parts && Number(parts[1]) > 12) return "dmy";
      if (parts && Number(parts[2]) > 12) return "mdy";
    }
  }
  return null;
}
