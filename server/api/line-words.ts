import { sentenceInWords } from "@/server/api/sentence-words";
import { sentenceReader } from "@/server/kernel/sentence-forms";
import { type Message, msg, say, spoken, t } from "@/server/kernel/words";

/** What is wrong with lines of files, as it stands where they are read and is stored with them; a test compares both. */
export const lineSentences: readonly Message[] = [
  // Rate decks: cells.
  msg(
    "A spreadsheet has rewritten this number and its last digits are lost. Format the column as text and save the file again.",
  ),
  msg("This is not a country's code: digits are wanted, such as 44."),
  msg("The prefix is missing."),
  msg("A range has two ends, such as 4470-4479."),
  msg("One row names at most {most} prefixes."),
  msg("A prefix begins with the country's code, not with a zero."),
  msg("A prefix has one to fifteen digits."),
  msg("This is not a prefix: digits are wanted, such as 4420."),
  msg("A range has two ends of digits, such as 4470-4479."),
  msg("Both ends of a range have the same number of digits."),
  msg("The end of the range is before its start."),
  msg("A range holds at most {most} prefixes."),
  msg("The amount is missing."),
  msg("An amount is not negative."),
  msg("This has a comma in it, where the file's decimal sign is the point. If that is wrong, say so in the settings."),
  msg("This has a point in it, where the file's decimal sign is the comma. If that is wrong, say so in the settings."),
  msg("An amount has digits only; its currency stands in a column of its own."),
  msg("This is not an amount such as 0.0125."),
  msg("Whole seconds are wanted."),
  msg("From {least} to {most} seconds."),
  msg("First and next seconds are wanted, such as 60/6."),
  msg("There is no such day or time."),
  msg("This is a spreadsheet's own number for a date. Format the column as 2027-01-31 and save the file again."),
  msg("This is not a date such as 2027-01-31 or 2027-01-31T00:00:00Z."),
  msg("Day or month first? Say so in the settings, or write 2027-01-31."),
  msg(
    "A price cannot block a prefix: calls would be priced by a shorter one. Close the destination for the tenants, and leave this row out.",
  ),
  msg("Add, change or delete is wanted."),
  msg("Hours of the week are wanted, such as mon-fri 08:00-19:00; sat 09:00-12:00."),
  // Rate decks: rows.
  msg(
    "Read as: calls no longer than this cost nothing. If the first seconds of every call are free, name the column free_seconds.",
  ),
  msg("The plan's prices are in {currency}."),
  msg("Longer than {most} characters; the rest is left out."),
  msg("The maximum charge is more than nothing, and not below the minimum charge."),
  msg("The price is missing."),
  msg("Calls to this prefix would be free."),
  msg("This is the highest price there is."),
  msg("At most {most} is possible. Is the decimal sign right?"),
  msg("Out or in is wanted."),
  msg(
    "The carrier refuses these calls, and a price cannot: close the destination for the tenants, and leave this row out.",
  ),
  msg("Yes or no is wanted."),
  msg("Cut or free is wanted."),
  msg("From one of its steps on, calls to this prefix would be free."),
  msg("One of its steps has the highest price there is."),
  msg("Steps are written as second:price:increment, such as 60:0.05:1, with rising seconds, at most ten."),
  msg("A quotation mark is opened here or above and not closed; what follows cannot be read."),
  msg("This line is not in the form of the others; what follows cannot be read."),
  // Hot lists: what follows the number of the line.
  msg("is too long, or holds a zero byte"),
  msg("has no number in its first column"),
  msg("is no number"),
  msg("has no country code: it begins with 0"),
  msg("has more than 15 digits"),
  msg("is too short; put a star behind it for all that begin so"),
  // Files of calls.
  msg("a quote is left open"),
  msg("is no duration"),
  msg("is no amount that is zero or more"),
  msg("is no currency"),
  msg("has {count} columns, a record has 16 to 21"),
  msg("start, end and disposition do not stand where a record has them"),
  msg("is missing or no id (loguniqueid=yes)"),
  msg("is no number of seconds"),
  msg("is no whole record of our file"),
  msg("is too long to be a record"),
  msg("holds a zero byte"),
  msg("is no time"),
  msg("may be day or month first: say the order of dates"),
  msg("repeats line {line}; it is counted once"),
];

/** The same, of what the database finds when it compares a deck with the prices there are, or a file with itself. */
export const storedLineSentences: readonly Message[] = [
  msg("This prefix has a price in line {line} already, for the same time. One of them is wrong."),
  msg("This prefix has a price in line {line} already, for some of the same hours."),
  msg("The end is not after the start."),
  msg("This price is over before the deck takes effect; it is left out."),
  msg("There is no price to take away."),
  msg(
    "Another price of this prefix is planned from {moment} UTC on. Take that deck back first, or let this price end before.",
  ),
  msg(
    "The file does not have this prefix, but a price of it is planned from {moment} UTC on. Take that deck back first.",
  ),
  // Terms of a price that a deck changes.
  msg("connection fee {before} → {after}"),
  msg("increments {before} → {after}"),
  msg("grace {before} → {after} s"),
  msg("free seconds {before} → {after}"),
  msg("minimum charge"),
  msg("maximum charge"),
  msg("steps"),
  msg("name"),
];

const read = sentenceReader([...lineSentences, ...storedLineSentences]);

/**
 * What is wrong with a line of a file, in the language of whoever reads the page, with the value behind it that is to blame. What has no
 * words stays as it is, for a line has no code to be told by.
 */
export function lineInWords(sentence: string): string {
  if (spoken() === "en") return sentence;
  const found = read(sentence);
  if (found) return say(found.message, found.values);
  const known = sentenceInWords(sentence);
  if (known !== null) return known;
  const [, reason = "", value = ""] = /^(.+?): (".*")$/s.exec(sentence) ?? [];
  const told = reason === "" ? undefined : read(reason);
  return told ? t("{reason}: {value}", { reason: say(told.message, told.values), value }) : sentence;
}

/** Lines of a list, likewise. */
export const linesInWords = <L extends Readonly<{ reason: string }>>(lines: readonly L[]): L[] =>
  lines.map((line) => ({ ...line, reason: lineInWords(line.reason) }));

/** Terms that differ, one after the other with commas between them, likewise. */
export const termsInWords = (note: string): string =>
  note
    .split(", ")
    .map((term) => (term === "end" ? t("price|end") : lineInWords(term)))
    .join(", ");
