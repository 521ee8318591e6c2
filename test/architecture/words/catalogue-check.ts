import { existsSync, readFileSync } from "node:fs";

import { wordsPlace } from "@/server/infra/words/catalogue";
import { keyOf } from "@/server/kernel/words";

import { sourceAt, trackedFiles } from "../tidy/source";
import { shapeOf } from "./shape";
import { usesIn } from "./uses";

export const others = ["de", "es", "fr", "pt", "ar"] as const;
export type Other = (typeof others)[number];
type Texts = Readonly<Record<string, string>>;

/** Millions have a form of their own in these; nothing here is counted in whole millions with a word behind it. */
const NOT_ASKED: Partial<Record<Other, readonly string[]>> = { es: ["many"], fr: ["many"], pt: ["many"] };

const SOURCES = /^(app|components|server|workers)\/.*\.tsx?$/;
export const wordsSources = () =>
  trackedFiles()
    .filter((path) => SOURCES.test(path))
    .map(sourceAt);

/** The texts of every folder that has some, and what is wrong with how the code says them. */
export function collected(
  files = wordsSources(),
): Readonly<{ texts: ReadonlyMap<string, ReadonlySet<string>>; problems: readonly string[] }> {
  const texts = new Map<string, Set<string>>();
  const problems: string[] = [];
  for (const file of files) {
    const uses = usesIn(file);
    problems.push(...uses.problems);
    if (uses.texts.length > 0) texts.set(uses.folder, new Set([...(texts.get(uses.folder) ?? []), ...uses.texts]));
  }
  return { texts, problems };
}

export const fileOf = (folder: string, language: Other): string => `${wordsPlace(folder)}/${language}.json`;

export const readTexts = (folder: string, language: Other): Texts =>
  existsSync(fileOf(folder, language)) ? JSON.parse(readFileSync(fileOf(folder, language), "utf8")) : {};

/** What is wrong with a folder's file of one language, against the texts that its code says. */
export function fileProblems(english: ReadonlySet<string>, language: Other, translations: Texts): readonly string[] {
  const keys = Object.keys(translations);
  return [
    ...[...english].filter((text) => !translations[text]).map((text) => `“${text}” is not translated`),
    ...keys.filter((text) => !english.has(text)).map((text) => `“${text}” is said nowhere`),
    ...(keys.join("\n") === [...keys].sort().join("\n") ? [] : ["it is not sorted: npm run words sorts it"]),
    ...keys.flatMap((text) => {
      const problem = translations[text] && english.has(text) && textProblem(text, language, translations[text]);
      return problem ? [`“${text}”: ${problem}`] : [];
    }),
  ];
}

function textProblem(text: string, language: Other, translation: string): string | undefined {
  const [wanted, given] = [shapeOf(text), shapeOf(translation)];
  if (typeof wanted === "string") return wanted;
  if (typeof given === "string") return given;
  if (wanted.names.join() !== given.names.join()) return `it has {${given.names.join("}, {")}}`;
  if (wanted.tags.join() !== given.tags.join()) return `it has <${given.tags.join(">, <")}>`;
  if (JSON.stringify(wanted.choices) !== JSON.stringify(given.choices)) return "its choices are others";
  const asked = new Intl.PluralRules(language)
    .resolvedOptions()
    .pluralCategories.filter((form) => !NOT_ASKED[language]?.includes(form));
  for (const [name, forms] of given.counts) {
    const missing = asked.filter((form) => !forms.includes(form));
    if (missing.length > 0) return `{${name}} lacks ${missing.join(", ")}`;
  }
  return given.counts.length < wanted.counts.length ? "a count has become a plain number" : undefined;
}

/** Two texts that the browser could not tell apart. */
export function sameKeys(english: readonly string[]): readonly string[] {
  const known = new Map<string, string>();
  return english.flatMap((text) => {
    const before = known.get(keyOf(text));
    known.set(keyOf(text), text);
    return before !== undefined && before !== text ? [`“${text}” and “${before}”`] : [];
  });
}

/** A text that two folders translate differently: pages bring the words of several, so it would be either. */
export function quarrels(folders: readonly string[], language: Other): readonly string[] {
  const known = new Map<string, readonly [folder: string, translation: string]>();
  return folders.flatMap((folder) =>
    Object.entries(readTexts(folder, language)).flatMap(([text, translation]) => {
      const [other, before] = known.get(text) ?? [];
      known.set(text, [folder, translation]);
      return before !== undefined && before !== translation
        ? [`“${text}” is “${translation}” in ${folder} and “${before}” in ${other}`]
        : [];
    }),
  );
}
