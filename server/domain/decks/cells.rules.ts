import type { DateOrder, DeckDecimal } from "@/server/domain/decks/deck-kinds.schema";
import { parseMicros } from "@/server/kernel/money";

/** A cell that was understood, or one sentence that says why not. */
export type Read<T> = Readonly<{ value: T; problem?: undefined } | { problem: string; value?: undefined }>;

const no = (problem: string) => ({ problem });

/** What a spreadsheet makes of a long number; its last digits are lost. */
const SCIENTIFIC = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i;
const DAMAGED =
  "A spreadsheet has rewritten this number and its last digits are lost. Format the column as text and save the file again.";

/** Text protections of spreadsheets: ="4470" and '4470. */
const bare = (text: string): string =>
  text
    .trim()
    .replace(/^="(.*)"$/, "$1")
    .replace(/^'/, "")
    .trim();

const MOST_PREFIXES = 1_000;
const PREFIX = /^[1-9]\d{0,14}$/;

/**
 * The prefixes of a cell: one, a list (1204;1226) or ranges (4470-4479, 4470-79), with or without +, 00, ^ and .* around.
 * @param country digits that come before each of them, when the file keeps country and area apart.
 */
export function readPrefixes(text: string, country = ""): Read<readonly string[]> {
  const cell = bare(text);
  if (PREFIX.test(cell) && country === "") return { value: [cell] };
  if (SCIENTIFIC.test(cell) || SCIENTIFIC.test(country)) return no(DAMAGED);
  const lead = country === "" ? "" : cleaned(bare(country));
  if (lead === undefined) return no("This is not a country's code: digits are wanted, such as 44.");
  if (cell === "") return lead === "" ? no("The prefix is missing.") : checked([lead]);
  const found: string[] = [];
  for (const part of cell.split(/[;,|]/)) {
    const ends = part.trim() === "" ? [] : part.split(/\s*[-\u2013]\s*/);
    if (ends.length === 0) continue;
    if (ends.length > 2) return no("A range has two ends, such as 4470-4479.");
    const from = cleaned(ends[0] ?? "");
    if (from === undefined) return no(notDigits(part));
    if (ends.length === 1) found.push(lead + from);
    else {
      const range = rangeOf(from, cleaned(ends[1] ?? ""));
      if (range.value === undefined) return range;
      found.push(...range.value.map((prefix) => lead + prefix));
    }
    if (found.length > MOST_PREFIXES) return no(`One row names at most ${MOST_PREFIXES} prefixes.`);
  }
  return checked(found);
}

function checked(prefixes: readonly string[]): Read<readonly string[]> {
  if (prefixes.length === 0) return no("The prefix is missing.");
  const wrong = prefixes.find((prefix) => !PREFIX.test(prefix));
  if (wrong === undefined) return { value: [...new Set(prefixes)] };
  return no(
    wrong.startsWith("0")
      ? "A prefix begins with the country's code, not with a zero."
      : "A prefix has one to fifteen digits.",
  );
}

/** Digits without what surrounds them; undefined when they are not digits. */
function cleaned(text: string): string | undefined {
  return /^[_^]*\s*(?:\+|00)?\s*(\d+)\s*(?:\(?\.?[*.!]\)?)?\$?$/.exec(text.trim())?.[1];
}

const notDigits = (part: string): string =>
  /^\d+[.]\d+$/.test(part.trim()) ? DAMAGED : "This is not a prefix: digits are wanted, such as 4420.";

function rangeOf(from: string, end: string | undefined): Read<readonly string[]> {
  if (end === undefined) return no("A range has two ends of digits, such as 4470-4479.");
  const to = end.length < from.length ? from.slice(0, from.length - end.length) + end : end;
  if (to.length !== from.length) return no("Both ends of a range have the same number of digits.");
  if (from.length > 15) return no("A prefix has one to fifteen digits.");
  const [first, last] = [BigInt(from), BigInt(to)];
  if (last < first) return no("The end of the range is before its start.");
  if (last - first >= BigInt(MOST_PREFIXES)) return no(`A range holds at most ${MOST_PREFIXES} prefixes.`);
  const width = from.length;
  const value = Array.from({ length: Number(last - first) + 1 }, (_, at) =>
    String(first + BigInt(at)).padStart(width, "0"),
  );
  return { value };
}

const marks: Readonly<Record<DeckDecimal, readonly [mark: string, other: string, problem: string]>> = {
  point: [
    ".",
    ",",
    "This has a comma in it, where the file's decimal sign is the point. If that is wrong, say so in the settings.",
  ],
  comma: [
    ",",
    ".",
    "This has a point in it, where the file's decimal sign is the comma. If that is wrong, say so in the settings.",
  ],
};

/** An amount of money in micros. Signs of thousands are not taken: a price that needs one is above every bound. */
export function readAmount(text: string, decimal: DeckDecimal, symbol: string): Read<bigint> {
  let cell = bare(text);
  if (symbol !== "" && (cell.startsWith(symbol) || cell.endsWith(symbol))) cell = cell.replace(symbol, "").trim();
  if (cell === "") return no("The amount is missing.");
  if (SCIENTIFIC.test(cell)) return no(DAMAGED);
  if (/^[-\u2212(]/.test(cell)) return no("An amount is not negative.");
  const [mark, other, problem] = marks[decimal];
  if (cell.includes(other)) return no(problem);
  if (/\p{Sc}|\p{L}/u.test(cell)) return no("An amount has digits only; its currency stands in a column of its own.");
  const plain = (decimal === "comma" ? cell.replace(mark, ".") : cell)
    .replace(/^\./, "0.")
    .replace(/(\.\d{6})0+$/, "$1")
    .replace(/\.$/, "");
  if (/^\d+\.\d{7,}$/.test(plain)) return no("An amount has at most six decimals.");
  const amount = parseMicros(plain);
  return amount === undefined ? no("This is not an amount such as 0.0125.") : { value: amount };
}

/** Whole seconds within bounds. */
export function readSeconds(text: string, least: number, most: number): Read<number> {
  const cell = text.trim().replace(/[.,]0+$/, "");
  if (!/^\d{1,9}$/.test(cell)) return no("Whole seconds are wanted.");
  const seconds = Number(cell);
  return seconds >= least && seconds <= most ? { value: seconds } : no(`From ${least} to ${most} seconds.`);
}

/** Increments in one cell: 60/6, or one number for both. */
export function readIncrements(text: string): Read<readonly [number, number]> {
  const parts = text.split("/");
  if (parts.length > 2) return no("First and next seconds are wanted, such as 60/6.");
  const [first, next] = parts.map((part) => readSeconds(part, 1, 3_600));
  if (!first || first.value === undefined) return no(first?.problem ?? "Whole seconds are wanted.");
  if (!next) return { value: [first.value, first.value] };
  return next.value === undefined ? next : { value: [first.value, next.value] };
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const SLASHED = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/**
 * A moment as text for the database: with its offset, or after "L" a local time in the plan's zone.
 * @param order how 03/04/2027 is meant; null refuses it.
 */
export function readMoment(text: string, order: DateOrder | null): Read<string> {
  const cell = bare(text);
  const iso = ISO.exec(cell);
  if (iso) {
    const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone] = iso;
    const moment = momentOf([year, month, day, hour, minute, second], fraction);
    return moment === undefined
      ? no("There is no such day or time.")
      : { value: zone ? `${moment}${zone.toUpperCase()}` : `L${moment}` };
  }
  const parts = DOTTED.exec(cell) ?? SLASHED.exec(cell);
  if (!parts) {
    return /^\d{5}(?:[.,]\d+)?$/.test(cell)
      ? no("This is a spreadsheet's own number for a date. Format the column as 2027-01-31 and save the file again.")
      : no("This is not a date such as 2027-01-31 or 2027-01-31T00:00:00Z.");
  }
  const [, one = "", two = "", year, hour = "0", minute = "00", second = "00"] = parts;
  const dotted = DOTTED.test(cell);
  const same = one === two;
  if (!dotted && order === null && !same) return no("Day or month first? Say so in the settings, or write 2027-01-31.");
  const [day, month] = dotted || order !== "mdy" ? [one, two] : [two, one];
  const moment = momentOf([year, month, day, hour, minute, second], "");
  return moment === undefined ? no("There is no such day or time.") : { value: `L${moment}` };
}

function momentOf(parts: readonly (string | undefined)[], fraction: string): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const same = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  if (!same || year < 1970 || year > 9_000 || hour > 23 || minute > 59 || second > 59) return undefined;
  const [y, m, d, h, mi, s] = [year, month, day, hour, minute, second].map((part) => String(part).padStart(2, "0"));
  return `${y}-${m}-${d} ${h}:${mi}:${s}${fraction === "" ? "" : `.${fraction}`}`;
}

const words: Readonly<Record<string, "set" | "delete">> = Object.fromEntries([
  ...[
    "",
    "a",
    "n",
    "c",
    "add",
    "added",
    "new",
    "change",
    "changed",
    "update",
    "updated",
    "increase",
    "increased",
    "decrease",
    "decreased",
  ].map((word) => [word, "set"] as const),
  ...["unchanged", "no change", "nochange", "same", "current", "active", "open", "set"].map(
    (word) => [word, "set"] as const,
  ),
  ...["d", "delete", "deleted", "remove", "removed", "discontinued", "closed", "withdrawn"].map(
    (word) => [word, "delete"] as const,
  ),
]);

/** Whether a row sets a price or takes one away. */
export function readStatus(text: string): Read<"set" | "delete"> {
  const word = text.trim().toLowerCase();
  if (/^block(ed)?$/.test(word)) {
    return no(
      "A price cannot block a prefix: calls would be priced by a shorter one. Close the destination for the tenants, and leave this row out.",
    );
  }
  const value = words[word];
  return value === undefined ? no("Add, change or delete is wanted.") : { value };
}
