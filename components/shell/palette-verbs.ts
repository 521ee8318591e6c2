import { type Message, msg, say } from "@/server/kernel/words";

type Verb = Readonly<{
  /** As the button has it in `data-verb`. */
  verb: string;
  /** With the thing's name in its place. */
  of: Message;
  /** What people may call it, the likeliest first. */
  words: Message;
}>;

/** What can be done with one extension: buttons of its panel, known by their verb and not by what is written on them. */
const verbs: readonly Verb[] = [
  { verb: "suspend", of: msg("Suspend {name}"), words: msg("suspend stop block pause") },
  { verb: "resume", of: msg("Resume {name}"), words: msg("resume unblock continue") },
  { verb: "connect", of: msg("Connect {name}"), words: msg("connect link pair") },
  { verb: "rotate", of: msg("Rotate {name}"), words: msg("rotate renew secret password") },
  { verb: "delete", of: msg("Delete {name}"), words: msg("delete remove") },
  { verb: "edit", of: msg("Edit {name}"), words: msg("edit change rename") },
];

const lower = (text: string): string => text.toLocaleLowerCase();
const wordsOf = ({ words }: Verb): readonly string[] => [...new Set(lower(`${words} ${say(words)}`).split(/\s+/))];
const things = (): readonly string[] => ["extension", lower(say(msg("Extension")))];

/**
 * A verb before the name of an extension, in English or the language of the page: `suspend front door`, `sperren 101`. It finds the
 * extension and leads to that button.
 */
export function verbIn(text: string): Readonly<{ verb?: string; rest: string }> {
  const typed = text.trim();
  const [first = "", ...others] = typed.split(/\s+/);
  const found = verbs.find((verb) => wordsOf(verb).includes(lower(first)));
  const rest = others.length > 1 && things().includes(lower(others[0] ?? "")) ? others.slice(1) : others;
  return found && rest.length > 0 ? { verb: found.verb, rest: rest.join(" ") } : { rest: typed };
}

/** What a verb does with a thing, in words; the name alone for a verb that is none. */
export function verbText(verb: string, name: string): string {
  const known = verbs.find((one) => one.verb === verb);
  return known ? say(known.of, { name }) : name;
}

/** Whether a text means a button: a part of what is written on it, or any word for one of its verbs. */
export const meansButton = (text: string, label: string, buttonVerbs: string): boolean =>
  lower(label).includes(lower(text)) ||
  verbs.some(
    (one) => buttonVerbs.split(" ").includes(one.verb) && wordsOf(one).some((word) => word.startsWith(lower(text))),
  );
