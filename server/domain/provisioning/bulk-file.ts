import { delimiterOf, splitLine } from "@/server/domain/cdr-import/csv-line.rules";
import { MOST_ROWS, NUMBER_MARK, type NumberRange } from "@/server/domain/provisioning/bulk.schema";
import { type NewExtension, newExtensionSchema } from "@/server/domain/provisioning/extension.schema";
import { DomainError } from "@/server/kernel/errors";

/** A row that can be made. */
export type BulkRow = NewExtension & Readonly<{ line: number }>;
/** What is wrong with a row: the line of the file, the column as the file calls it, and why. */
export type BulkProblem = Readonly<{ line: number; column: string; value: string; reason: string }>;
export type BulkRead = Readonly<{
  rows: readonly BulkRow[];
  problems: readonly BulkProblem[];
  /** Columns of the file that nothing is taken from. */
  ignored: readonly string[];
}>;

type Field = "number" | "displayName" | "callerId" | "maxCalls" | "dailyCap";

/** What columns are called in the field, without signs and in small letters. */
const synonyms: Readonly<Record<Field, readonly string[]>> = {
  number: ["number", "extension", "ext", "extensionnumber", "internalnumber", "nebenstelle", "durchwahl", "anschluss"],
  displayName: ["name", "displayname", "fullname", "user", "username", "person", "label", "description", "anzeigename"],
  callerId: ["callerid", "cid", "outboundcid", "calleridnumber", "did", "directnumber", "externalnumber", "rufnummer"],
  maxCalls: ["maxcalls", "maxchannels", "channels", "callsatonce", "calllimit", "concurrentcalls"],
  dailyCap: ["dailycap", "daycap", "dailylimit", "limitperday", "capperday", "tageslimit"],
};
const fields = Object.keys(synonyms) as Field[];
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
const fieldOf = (heading: string): Field | undefined =>
  fields.find((field) => synonyms[field].includes(plain(heading)));

/**
 * Reads a table of extensions: a line of column names, then a row for each. Comma, semicolon, tab or bar between them; each
 * line is a row, and one that is wrong harms no other.
 * @throws DomainError invalid_input when there is no line of names with a number and a name; too_large above 10 000 rows.
 */
export function readBulkFile(csv: string): BulkRead {
  const lines = csv.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== "");
  const heading = lines[first] ?? "";
  const delimiter = delimiterOf(heading);
  const names = (splitLine(heading, delimiter) ?? []).map((name) => name.trim());
  const columns = names.map(fieldOf);
  const missing = (["number", "displayName"] as const).filter((field) => !columns.includes(field));
  const twice = fields.find((field) => columns.filter((column) => column === field).length > 1);
  if (missing.length > 0 || twice) throw unreadable(missing, twice);
  const read = { rows: [] as BulkRow[], problems: [] as BulkProblem[], seen: new Map<string, number>() };
  let count = 0;
  for (const [index, text] of lines.entries()) {
    if (index <= first || text.trim() === "") continue;
    count += 1;
    if (count > MOST_ROWS) throw tooMany();
    takeRow(read, { line: index + 1, cells: splitLine(text, delimiter), names, columns });
  }
  if (count === 0) throw new DomainError("invalid_input", { field: "csv" }, "The file has column names and no row.");
  const ignored = names.filter((name, at) => name !== "" && columns[at] === undefined);
  return { rows: read.rows, problems: read.problems, ignored };
}

const tooMany = (): DomainError =>
  new DomainError("too_large", { most: MOST_ROWS }, `At most ${MOST_ROWS} extensions at once. Split the file.`);

function unreadable(missing: readonly Field[], twice: Field | undefined): DomainError {
  const called = { number: "number (or extension)", displayName: "name" } as const;
  const what = missing.map((field) => called[field as keyof typeof called] ?? field).join(" and ");
  const sentence = twice
    ? `Two columns are read as ${twice}. Take one away.`
    : `The first line must name the columns; ${what} ${missing.length > 1 ? "are" : "is"} not among them.`;
  return new DomainError("invalid_input", { field: "csv" }, sentence);
}

type Reading = { rows: BulkRow[]; problems: BulkProblem[]; seen: Map<string, number> };
type Line = Readonly<{
  line: number;
  cells: readonly string[] | undefined;
  names: readonly string[];
  columns: readonly (Field | undefined)[];
}>;

function takeRow({ rows, problems, seen }: Reading, { line, cells, names, columns }: Line): void {
  if (!cells) {
    problems.push({ line, column: "", value: "", reason: "A quotation mark is left open." });
    return;
  }
  const given: Partial<Record<Field, string>> = {};
  for (const [at, field] of columns.entries()) {
    const value = cells[at]?.trim() ?? "";
    if (field && value !== "") given[field] = value;
  }
  const nameOf = (field: string) => names[columns.indexOf(field as Field)] ?? field;
  const parsed = newExtensionSchema.safeParse({ ...given, ...callsOf(given.maxCalls) });
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const field = String(path[0] ?? "");
      const value = (given[field as Field] ?? "").slice(0, 80);
      problems.push({ line, column: nameOf(field), value, reason: value === "" ? "It is missing." : message });
    }
    return;
  }
  const { number } = parsed.data;
  const before = seen.get(number);
  if (before !== undefined) {
    problems.push({ line, column: nameOf("number"), value: number, reason: `It is in line ${before} already.` });
    return;
  }
  seen.set(number, line);
  rows.push({ ...parsed.data, line });
}

/** The schema wants a number; what is none stays text, so that the schema says so. */
const callsOf = (text: string | undefined): { maxCalls?: number | string } =>
  text === undefined ? {} : { maxCalls: /^\d{1,9}$/.test(text) ? Number(text) : text };

/**
 * The rows of a range of numbers, named by a pattern. Their "line" is their place in the range, from 1.
 * @throws DomainError invalid_input when it ends before it begins; too_large above 10 000.
 */
export function rowsOfRange({ firstNumber, lastNumber, namePattern }: NumberRange): BulkRead {
  const [from, to] = [Number(firstNumber), Number(lastNumber)];
  if (to < from) {
    throw new DomainError("invalid_input", { field: "lastNumber" }, "The last number is below the first.");
  }
  if (to - from >= MOST_ROWS) throw tooMany();
  const pattern = namePattern.includes(NUMBER_MARK) ? namePattern : `${namePattern} ${NUMBER_MARK}`;
  const rows = Array.from({ length: to - from + 1 }, (_, at) => {
    const number = String(from + at);
    return { line: at + 1, number, displayName: pattern.replaceAll(NUMBER_MARK, number).slice(0, 80) };
  });
  return { rows, problems: [], ignored: [] };
}
