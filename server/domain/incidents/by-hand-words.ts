import { sentenceReader } from "@/server/kernel/sentence-forms";
import { type Message, msg, say, spoken } from "@/server/kernel/words";

/** What the lines for people say, behind their #, as it stands in by-hand.rules.ts; a test compares both. */
const lines: readonly Message[] = [
  msg("Write to {email} or call them: an owner of {slug}"),
  msg("{slug} has no owner who could be written to: call them"),
  msg("Say: calls are stopped because of incident {number}, and emergency numbers work"),
  msg(
    "Say: calls are stopped because of incident {number}, and a phone reaches nobody, emergency numbers included, until it has its new secret",
  ),
];
const more = msg("and {n} more, which this lists:");
const MORE = /^(\d+) more, which this lists: (.+)$/;

/** Why a step could not be done. */
const errors: readonly Message[] = [
  msg("It failed for a reason that the log tells."),
  msg("The telephone system cannot be reached right now."),
  msg("The evidence was not stored in time. What has to be done now goes on without it."),
  msg("There is nothing here by that name, or it is not yours."),
  msg("Somebody changed this at the same moment."),
];

const readLine = sentenceReader(lines);
const readError = sentenceReader(errors);

/** A line of what is done by hand, for whoever is spoken to: sentences in their language, commands as they are. */
export function handLine(line: string): string {
  if (spoken() === "en" || !line.startsWith("# ")) return line;
  const text = line.slice(2);
  const [, n, command] = MORE.exec(text.replace(/^and /, "")) ?? [];
  if (n && command) return `# ${say(more, { n: Number(n) })} ${command}`;
  const found = readLine(text);
  return found ? `# ${say(found.message, found.values)}` : line;
}

/** Why a step could not be done, likewise. */
export function stepError(stored: string): string {
  const found = spoken() === "en" ? undefined : readError(stored);
  return found ? say(found.message, found.values) : stored;
}
