import type { Message } from "@/server/kernel/words";

type Form = Readonly<{ message: Message; form: RegExp; names: readonly string[] }>;
type ReadSentence = Readonly<{ message: Message; values: Readonly<Record<string, string>> }>;

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const formOf = (message: Message): Form => ({
  message,
  form: new RegExp(
    `^${message
      // What tells two meanings of one word apart is not said.
      .replace(/^[a-z ]+\|/, "")
      .split(/\{\w+\}/)
      .map(literally)
      .join("(.{1,300}?)")}$`,
    "s",
  ),
  names: [...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
});

/**
 * Finds the text that a finished English sentence was made from, and what stands in its places; undefined for one that is none
 * of them. Sentences are stored, or thrown far from whoever reads them, as they stand in the code.
 */
export function sentenceReader(messages: readonly Message[]): (sentence: string) => ReadSentence | undefined {
  const forms = messages.map(formOf);
  return (sentence) => {
    for (const { message, form, names } of forms) {
      const found = form.exec(sentence);
      if (found) return { message, values: Object.fromEntries(names.map((name, n) => [name, found[n + 1] ?? ""])) };
    }
    return undefined;
  };
}
