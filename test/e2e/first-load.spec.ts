import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";

import { repository } from "@/server/embedded/build-web";
import { PACKED } from "@/server/infra/web/packed-files";

const dist = path.join(repository, ".next");
const SIGN_IN_KB = 160;
const LIST_KB = 185;
const ROOM_KB = 210;

type Manifest = Readonly<{ entryJSFiles: Readonly<Record<string, readonly string[]>> }>;

/** The scripts that a page's first visit loads, as the build says it of each page. */
function firstLoads(): ReadonlyMap<string, ReadonlySet<string>> {
  const { rootMainFiles } = JSON.parse(readFileSync(path.join(dist, "build-manifest.json"), "utf8")) as {
    rootMainFiles: readonly string[];
  };
  const pages = new Map<string, ReadonlySet<string>>();
  const app = path.join(dist, "server/app");
  for (const name of readdirSync(app, { recursive: true }).map(String)) {
    if (!name.endsWith("page_client-reference-manifest.js")) continue;
    // The file assigns one JSON object to a key of a global.
    const text = readFileSync(path.join(app, name), "utf8");
    const manifest = JSON.parse(
      text.slice(text.indexOf("{", text.indexOf("]")), text.lastIndexOf("}") + 1),
    ) as Manifest;
    const files = Object.values(manifest.entryJSFiles).flat();
    pages.set(`/${path.dirname(name)}`, new Set([...rootMainFiles, ...files]));
  }
  return pages;
}

/** As it travels to a browser that takes Brotli. */
const packedKb = (files: ReadonlySet<string>): number =>
  [...files].reduce(
    (sum, file) => sum + statSync(path.join(dist, PACKED, `${file.replace(/^static\//, "")}.br`)).size,
    0,
  ) / 1_000;

const budgetOf = (page: string): number =>
  page.includes("/incidents") ? ROOM_KB : page.startsWith("/(auth)/sign-in") ? SIGN_IN_KB : LIST_KB;

test("no page comes with more script than its budget, and none with the library of schemas", () => {
  const pages = firstLoads();
  expect(pages.size).toBeGreaterThan(30);
  const schemas = readdirSync(path.join(dist, "static/chunks"))
    .filter((name) => name.endsWith(".js"))
    .filter((name) => readFileSync(path.join(dist, "static/chunks", name), "utf8").includes("ZodError"));
  expect(schemas.length, "the mark that tells the library from other code").toBeGreaterThan(0);
  const wrong: string[] = [];
  for (const [page, files] of pages) {
    const kb = packedKb(files);
    if (kb > budgetOf(page)) wrong.push(`${page}: ${Math.round(kb)} kB, at most ${budgetOf(page)}`);
    if (schemas.some((name) => files.has(`static/chunks/${name}`))) wrong.push(`${page} comes with zod`);
  }
  expect(wrong).toEqual([]);
  expect(existsSync(path.join(dist, PACKED))).toBe(true);
});
