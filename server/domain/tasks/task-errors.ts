import { sentenceReader } from "@/server/kernel/sentence-forms";
import { type Message, msg, say, spoken } from "@/server/kernel/words";

/** Why long jobs fail, as it is thrown where they are done and stored with them; a test compares both. */
export const taskErrors: readonly Message[] = [
  msg("This version does not know that kind of job."),
  msg("The workers gave this job up after several tries. It can go on from where it is."),
  // What has no sentence of its own.
  msg("There is nothing here by that name, or it is not yours."),
  msg("Something in the input is not allowed."),
  msg("That is not possible in the present state."),
  msg("Your role does not allow this."),
  msg("That file is too large."),
  msg("This file cannot be read as a rate deck."),
  msg("The currencies differ."),
  msg("That tenant is not below yours."),
  // Files of calls.
  msg("The file has no lines."),
  msg("The content that was sent is damaged: send it again."),
  msg("The content of the file is not kept any more: send it again."),
  msg("The first line names no column for {columns}; it has: {seen}."),
  msg("The file is larger than 4 GB."),
  msg("The file is UTF-16: save it as UTF-8 or as CSV without Unicode marks."),
  msg("The records of this file were taken out again: send it once more."),
  msg(
    "Only {matched} of {records} records are calls of ours, so nothing was kept: check the time zone, the source and the format.",
  ),
  msg(
    "More than {most} differences, so nothing was kept: check the time zone, the tolerances and the time that the file covers.",
  ),
  // Hot lists.
  msg("None of the file's lines is a number ({problems} are something else); the list stays as it was."),
  msg("A list has at most {most} numbers; block ranges instead. The list stays as it was."),
  // Extensions.
  msg("Somebody took {numbers} in between, so none was made. Take those out and start again."),
  msg("What was to be made is gone: it waited for over a day."),
  // Rate decks.
  msg("A newer job reads this deck; this one is not needed."),
  msg("The prices of this file are in {currency}, those of the plan in {plan}."),
  msg("The file is empty."),
  msg("The file was damaged on its way: upload it again."),
  msg("That file has more than {most} MB. Leave out what the plan does not need."),
  msg("This is an Excel workbook. Save it as CSV, with the prefix column as text, and upload that."),
  msg("This file is compressed. Unpack it first."),
  msg("This is not a text file."),
  msg("No line with column names was found. Say what each column is, such as prefix, destination, rate."),
  msg("No column of this file could be read as {what}. Its columns are called {seen}: say what each one is."),
  // Files of lists.
  msg("A document has at most {most} calls; narrow the filter, or take a table."),
  msg("That is more than {most} lines; narrow the filter."),
  // Erasures.
  msg("What it was about is gone. Ask for it anew."),
  msg("A legal hold keeps what is known about them. Lift the hold first."),
  msg("It is in use, so it cannot be forgotten yet."),
];

const read = sentenceReader(taskErrors);

/** Why a long job failed, in the language of whoever is spoken to; what an older version said in other words stays as it is. */
export function taskError<Stored extends string | null>(stored: Stored): Stored | string {
  const found = stored === null || spoken() === "en" ? undefined : read(stored);
  return found ? say(found.message, found.values) : stored;
}
