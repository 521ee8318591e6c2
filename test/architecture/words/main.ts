/**
 * `npm run words`: what the catalogue lacks. With folders it opens the places in their files that are to be filled in by
 * hand, takes what another folder says already, drops what is said nowhere, and sorts. With --wrap it first puts the texts of
 * their code that stand alone through the catalogue.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { wordsFolder } from "@/server/infra/words/catalogue";
import { collected, fileOf, fileProblems, others, readTexts, wordsSources } from "./catalogue-check";
import { plainTextIn } from "./plain-text";
import { wrapped } from "./wrap";

const given = process.argv.slice(2);
const wanted = given.filter((each) => each !== "--wrap").map((folder) => folder.replace(/\/$/, ""));
if (given.includes("--wrap")) {
  for (const file of wordsSources().filter((each) => wanted.includes(wordsFolder(each.path)))) {
    const text = wrapped(file);
    if (text !== file.text) writeFileSync(file.path, text);
  }
}
const files = wordsSources();
const { texts, problems } = collected(files);

for (const folder of wanted) {
  const english = [...(texts.get(folder) ?? [])].sort();
  for (const language of others) {
    const known = readTexts(folder, language);
    const elsewhere = Object.assign({}, ...[...texts.keys()].map((other) => readTexts(other, language)));
    const filled = english.map((text) => [text, known[text] || elsewhere[text] || ""]);
    mkdirSync(path.dirname(fileOf(folder, language)), { recursive: true });
    writeFileSync(fileOf(folder, language), `${JSON.stringify(Object.fromEntries(filled), null, 2)}\n`);
  }
  for (const file of files.filter((each) => wordsFolder(each.path) === folder)) {
    for (const text of plainTextIn(file)) console.log(`${file.path} ${text}`);
  }
}

for (const problem of problems) console.log(problem);
for (const [folder, english] of [...texts].sort()) {
  const found = others.map(
    (language) => [language, fileProblems(english, language, readTexts(folder, language))] as const,
  );
  const open = found.filter(([, each]) => each.length > 0).map(([language, each]) => `${language} ${each.length}`);
  console.log(`${folder}: ${english.size} texts${open.length > 0 ? `, open: ${open.join(", ")}` : ""}`);
  if (!wanted.includes(folder)) continue;
  const whose = new Map<string, string[]>();
  for (const [language, each] of found)
    for (const problem of each) whose.set(problem, [...(whose.get(problem) ?? []), language]);
  for (const [problem, languages] of whose) console.log(`  ${problem} (${languages.join(", ")})`);
}
if (wanted.length === 0) {
  const left = new Map<string, number>();
  for (const file of files) {
    const folder = wordsFolder(file.path);
    left.set(folder, (left.get(folder) ?? 0) + plainTextIn(file).length);
  }
  for (const [folder, plain] of [...left].sort()) {
    if (plain > 0 && /^(app|components)/.test(folder)) console.log(`${folder}: ${plain} texts not in the catalogue`);
  }
}
