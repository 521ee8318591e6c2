import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Spoken } from "@/server/kernel/languages";
import { PSEUDO } from "@/server/kernel/languages";
import { keyOf, type Speech } from "@/server/kernel/words";

import { pseudo } from "./pseudo.rules";

type Words = Speech["words"];

const KEY = Symbol.for("ringfence.words");
type Kept = { folders?: readonly string[]; words: Map<string, Words> };

/** Read once per process; the framework may load this file several times. */
const kept = (): Kept => {
  const home = globalThis as { [KEY]?: Kept };
  home[KEY] ??= { words: new Map() };
  return home[KEY];
};

/** Where the words of a folder lie. What begins with an underline is no page for the framework. */
export const wordsPlace = (folder: string): string => (folder === "app" ? "app/_words" : `${folder}/words`);

/** The folder whose catalogue has the texts of a file; one per subject. */
export function wordsFolder(file: string): string {
  const parts = file.split("/");
  if (parts[0] === "app") return "app";
  return parts.slice(0, file.startsWith("server/domain/") ? 3 : 2).join("/");
}

/** Everything that has a catalogue. */
export function wordsFolders(): readonly string[] {
  const known = kept();
  known.folders ??= [
    "app",
    ...under("components"),
    ...under("server").filter((folder) => folder !== "server/domain"),
    ...under("server/domain"),
  ].filter((folder) => existsSync(path.join(/* turbopackIgnore: true */ process.cwd(), wordsPlace(folder), "de.json")));
  return known.folders;
}

const under = (folder: string): readonly string[] =>
  readdirSync(path.join(/* turbopackIgnore: true */ process.cwd(), folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`)
    .sort();

/** The translations of one folder, by their keys; none in English, which stands in the code. */
export function folderWords(folder: string, language: Spoken): Words {
  if (language === "en") return {};
  const name = `${folder} ${language}`;
  const { words } = kept();
  const known = words.get(name) ?? read(folder, language);
  words.set(name, known);
  return known;
}

function read(folder: string, language: Spoken): Words {
  // The pseudo-language is made from the English texts, which every catalogue has as its keys.
  const file = `${wordsPlace(folder)}/${language === PSEUDO ? "de" : language}.json`;
  const place = path.join(/* turbopackIgnore: true */ process.cwd(), file);
  if (!existsSync(place)) return {};
  const texts: Record<string, string> = JSON.parse(readFileSync(place, "utf8"));
  return Object.fromEntries(
    Object.entries(texts)
      .filter(([, text]) => text !== "")
      .map(([english, text]) => [keyOf(english), language === PSEUDO ? pseudo(english) : text]),
  );
}

/** All words of a language, for the server, which speaks of everything. */
export function allWords(language: Spoken): Words {
  if (language === "en") return {};
  const { words } = kept();
  const known =
    words.get(language) ?? Object.assign({}, ...wordsFolders().map((folder) => folderWords(folder, language)));
  words.set(language, known);
  return known;
}
