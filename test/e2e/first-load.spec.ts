import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";

import { repository } from "@/server/embedded/build-web";
import { PACKED } from "@/server/infra/web/packed-files";

const dist = path.join(repository, ".next");
const SIGN_IN_KB = 160;
const LIST_KB = 185;
const ROOM_KB = 210;
const STYLES_KB = 25;
const FONTS_KB = 90;
const LAZY_KB = 60;
const PHONE_KB = 90;
const CHARTS_KB = 45;

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

const chunks = (ending: string): string[] =>
  readdirSync(path.join(dist, "static/chunks"))
    .filter((name) => name.endsWith(ending))
    .map((name) => `static/chunks/${name}`);

/** The scripts that have this in them: the mark of a library. */
const scriptsWith = (mark: string): string[] =>
  chunks(".js").filter((file) => readFileSync(path.join(dist, file), "utf8").includes(mark));

/** As it travels to a browser that takes Brotli. */
const packedKb = (files: Iterable<string>): number =>
  [...files].reduce(
    (sum, file) => sum + statSync(path.join(dist, PACKED, `${file.replace(/^static\//, "")}.br`)).size,
    0,
  ) / 1_000;

const budgetOf = (page: string): number =>
  page.includes("/incidents") ? ROOM_KB : page.startsWith("/(auth)/sign-in") ? SIGN_IN_KB : LIST_KB;

test("no page comes with more script than its budget, and none with the library of schemas", () => {
  const pages = firstLoads();
  expect(pages.size).toBeGreaterThan(30);
  const schemas = scriptsWith("ZodError");
  expect(schemas.length, "the mark that tells the library from other code").toBeGreaterThan(0);
  const wrong: string[] = [];
  for (const [page, files] of pages) {
    const kb = packedKb(files);
    if (kb > budgetOf(page)) wrong.push(`${page}: ${Math.round(kb)} kB, at most ${budgetOf(page)}`);
    if (schemas.some((name) => files.has(name))) wrong.push(`${page} comes with zod`);
  }
  expect(wrong).toEqual([]);
  expect(existsSync(path.join(dist, PACKED))).toBe(true);
});

test("styles, fonts and what comes later stay within their budgets", () => {
  const pages = firstLoads();
  const first = new Set([...pages.values()].flatMap((files) => [...files]));
  const { polyfillFiles } = JSON.parse(readFileSync(path.join(dist, "build-manifest.json"), "utf8")) as {
    polyfillFiles: readonly string[];
  };
  const later = chunks(".js").filter((file) => !first.has(file) && !polyfillFiles.includes(file));
  const phone = scriptsWith("JsSIP");
  const charts = scriptsWith("u-legend");
  const media = path.join(dist, "static/media");
  const fonts = readdirSync(media).filter((name) => name.endsWith(".woff2"));
  for (const found of [later, phone, charts, fonts]) expect(found).not.toEqual([]);
  expect(
    [...phone, ...charts].filter((file) => !later.includes(file)),
    "come when they are used",
  ).toEqual([]);

  const sizes: [what: string, kb: number, atMost: number][] = [
    ["all styles", packedKb(chunks(".css")), STYLES_KB],
    // Fonts are packed in themselves.
    ["all fonts", fonts.reduce((sum, name) => sum + statSync(path.join(media, name)).size, 0) / 1_000, FONTS_KB],
    ["the phone", packedKb(phone), PHONE_KB],
    ["the charts", packedKb(charts), CHARTS_KB],
    ...later
      .filter((file) => !phone.includes(file))
      .map((file): [string, number, number] => [file, packedKb([file]), LAZY_KB]),
  ];
  expect(sizes.filter(([, kb, atMost]) => kb > atMost)).toEqual([]);
});
