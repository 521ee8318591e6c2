import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { findCommand } from "@/server/cli/registry";

const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync("package.json", "utf8")).scripts;
const notes = readdirSync("docs/decisions").map((note) => `docs/decisions/${note}`);
const guides = ["README.md", "AGENTS.md", ...notes];
const PLACE =
  /^(app|components|server|workers|prisma|public|test|docs|\.ci)\/[\w.()[\]/-]+$|^[\w.-]+\.(md|json|js|mjs)$|^\.env\.example$/;

/** A guide that names what is not there is worse than none: newcomers and machines believe it. */
describe.each(guides)("%s", (guide) => {
  const text = readFileSync(guide, "utf8");
  test("names only words and options that the command line has", async () =>
    expect(await misspeltCommands(text)).toEqual([]));
  test("names only commands that exist", () => expect(missingCommands(text)).toEqual([]));
  test("names only files and folders that exist", () => expect(missingPlaces(text)).toEqual([]));
  test("links only to what exists", () => expect(missingLinks(guide, text)).toEqual([]));
});

test("the check finds what is not there", () => {
  const text =
    "Run `npm run fly`, `npx floss --all` or `node test/nothing.mjs`, read `server/domain/magic.ts` and [this](docs/none.md).";
  expect(missingCommands(text)).toEqual(["npm run fly", "npx floss --all", "node test/nothing.mjs"]);
  expect(missingPlaces(text)).toEqual(["server/domain/magic.ts"]);
  expect(missingLinks("README.md", text)).toEqual(["docs/none.md"]);
});

test("the check knows the command line's own words", async () => {
  const text =
    "`npx ringfence teleport`, `npx ringfence balance --tenant a --json`, `npx ringfence balance --tenent a`";
  expect(await misspeltCommands(text)).toEqual(["npx ringfence teleport", "npx ringfence balance --tenent a"]);
});

test("the check leaves alone what is no name", () => {
  const text =
    "`npm ci`, `npm test`, `server/domain/<subject>/<thing>.rules.ts`, `/t/<slug>/calls`, `@trpc/server`, `next/dynamic`, `calls.list`";
  expect([...missingCommands(text), ...missingPlaces(text)]).toEqual([]);
});

test("agents are sent to the guide", () => expect(readFileSync("CLAUDE.md", "utf8")).toContain("AGENTS.md"));

/** What stands between backticks, and the lines of code blocks without their comments. */
function codeIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks.map((line) => line.replace(/\s+#.*$/, "")), ...spans].map((code) => code.trim()).filter(Boolean);
}

const missingCommands = (text: string) => codeIn(text).filter((code) => !commandExists(code));

function commandExists(code: string): boolean {
  const [program, first = "", second = ""] = code.replace(/^([A-Z_]+=\S* )+/, "").split(" ");
  if (program === "npm") return ["ci", "install"].includes(first) || (first === "run" ? second : first) in scripts;
  if (program === "npx") return first === "ringfence" || existsSync(`node_modules/.bin/${first}`);
  if (program === "node" && !first.startsWith("-")) return existsSync(first);
  return true;
}

/** What is asked of our own command line, by the commands' own lists of options. */
async function misspeltCommands(text: string): Promise<readonly string[]> {
  const asked = codeIn(text).filter((code) => code.startsWith("npx ringfence ") && code !== "npx ringfence --help");
  const verdicts = await Promise.all(asked.map(async (code) => ((await isOurCommand(code)) ? [] : [code])));
  return verdicts.flat();
}

async function isOurCommand(code: string): Promise<boolean> {
  const words = code
    .replaceAll(/"[^"]*"/g, "text")
    .split(" ")
    .slice(2);
  const found = findCommand(words);
  if (!found) return false;
  const { options } = await found.load();
  const given = words.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
  const required = Object.keys(options).filter((name) => options[name]?.required);
  return given.every((name) => name === "json" || name in options) && required.every((name) => given.includes(name));
}

const missingPlaces = (text: string) => codeIn(text).filter((code) => PLACE.test(code) && !existsSync(code));

function missingLinks(guide: string, text: string): readonly string[] {
  const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
  return targets.filter(
    (target) => !/^https?:/.test(target) && !existsSync(new URL(target, new URL(guide, `file://${process.cwd()}/`))),
  );
}
