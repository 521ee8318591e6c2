import { type DeckSettings, deckSettingsSchema } from "@/server/domain/decks/deck.schema";
import { type Message, say, t } from "@/server/kernel/words";

/** What the form has in it, as text; empty is not said. */
export type Said = Readonly<
  Record<"delimiter" | "encoding" | "decimal" | "dates" | "increments" | "header" | "columns", string>
>;

const looseOf = ({ header, columns, ...texts }: Said) => ({
  ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== "")),
  ...(header === "" ? {} : { header: Number(header) }),
  ...(columns === ""
    ? {}
    : { columns: columns.split(",").map((name) => name.trim().toLowerCase().replaceAll(" ", "_")) }),
});

/** Which field of the form is not understood, in a sentence each. */
export function settingsProblem(said: Said): Partial<Record<keyof Said, string>> {
  const { error } = deckSettingsSchema.safeParse(looseOf(said));
  const problems: Partial<Record<keyof Said, string>> = {};
  for (const { path, message } of error?.issues ?? []) {
    const field = String(path[0]) as keyof Said;
    problems[field] ??= field === "columns" ? columnSentence(said.columns, Number(path[1])) : say(message as Message);
  }
  return problems;
}

const columnSentence = (columns: string, at: number): string =>
  t(
    '"{column}" is not a column that a deck has: prefix, destination, rate, connection_fee, increment and so on, or -.',
    { column: columns.split(",")[at]?.trim() ?? "" },
  );

/** The settings that were said. */
export const settingsOf = (said: Said): DeckSettings => deckSettingsSchema.parse(looseOf(said));
