import { createHash } from "node:crypto";

import type { Spoken } from "@/server/kernel/languages";

import { folderWords } from "./catalogue";
import { areaOfPath, areas, reachedFolders } from "./reach";

type Area = Readonly<{ folders: readonly string[]; texts: Map<string, Readonly<{ body: string; digest: string }>> }>;
const KEY = Symbol.for("ringfence.browser-words");

/** The folders of every area, worked out once from what its pages import. */
function known(): ReadonlyMap<string, Area> {
  const home = globalThis as { [KEY]?: ReadonlyMap<string, Area> };
  home[KEY] ??= new Map(
    withoutTwice(areas().map(({ name, entries }) => [name, reachedFolders(entries)] as const)).map(
      ([name, folders]) => [name, { folders, texts: new Map() }],
    ),
  );
  return home[KEY];
}

type Reached = readonly (readonly [string, ReadonlySet<string>])[];

/** What the shell brings need not come with each page. */
function withoutTwice(reached: Reached): readonly (readonly [string, readonly string[]])[] {
  const shell = reached.find(([name]) => name === "t")?.[1] ?? new Set<string>();
  return reached.map(([name, folders]) => [
    name,
    [...folders].filter((folder) => !name.startsWith("t/") || !shell.has(folder)).sort(),
  ]);
}

function textOf(name: string, language: Spoken): Readonly<{ body: string; digest: string }> | undefined {
  const area = known().get(name);
  if (!area) return undefined;
  const before = area.texts.get(language);
  if (before) return before;
  const body = JSON.stringify(Object.assign({}, ...area.folders.map((folder) => folderWords(folder, language))));
  const made = { body, digest: createHash("sha256").update(body).digest("base64url").slice(0, 10) };
  area.texts.set(language, made);
  return made;
}

/** Where a page fetches its words, if any: an address that names its contents, so it is fetched once. None in English. */
export function wordsFor(address: string, language: Spoken): readonly string[] {
  if (language === "en") return [];
  const page = areaOfPath(address);
  const names = page === "outside" ? [page] : ["t", page];
  return names.flatMap((name) => {
    const text = textOf(name, language);
    return text && text.body !== "{}" ? [`/api/words/${language}/${text.digest}/${name}`] : [];
  });
}

/** What stands at such an address; undefined for one that never was, or is not any more. */
export function wordsAt(language: Spoken, digest: string, name: string): string | undefined {
  const text = textOf(name, language);
  return text?.digest === digest ? text.body : undefined;
}
