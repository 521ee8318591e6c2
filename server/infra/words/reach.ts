import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { wordsFolder } from "./catalogue";

/** What a line brings in: from here, by the alias. Types bring no words. */
const IMPORT =
  /^(?:import|export)\s+(?!type\b)[^;]*?from\s+"@\/([^"]+)"|import\("@\/([^"]+)"\)|^import\s+"@\/([^"]+)"/gm;
/** What a browser runs; the rest of the server speaks for itself. */
const IN_BROWSER = /^components\/|^server\/kernel\/|\.schema\.ts$|^app\/.*\.tsx$/;

const place = (file: string): string => path.join(/* turbopackIgnore: true */ process.cwd(), file);
const importsOf = new Map<string, readonly string[]>();

function filesFrom(file: string): readonly string[] {
  const known = importsOf.get(file);
  if (known) return known;
  const found = [...readFileSync(place(file), "utf8").matchAll(IMPORT)]
    .map(([, from, later, alone]) => from ?? later ?? alone ?? "")
    .flatMap((name) => [`${name}.tsx`, `${name}.ts`].find((each) => existsSync(place(each))) ?? []);
  importsOf.set(file, found);
  return found;
}

/** The folders whose words a page of the browser may need, also those of what it loads later. */
export function reachedFolders(entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...entries];
  for (let file = open.pop(); file; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...filesFrom(file).filter((each) => IN_BROWSER.test(each)));
  }
  return new Set([...seen].map(wordsFolder));
}

export type Area = Readonly<{ name: string; entries: readonly string[] }>;

/** The pages by what their address looks like, without the tenant: "t/calls" is app/t/[tenantSlug]/calls/page.tsx. */
export function areas(): readonly Area[] {
  const pages = readdirSync(place("app"), { recursive: true, encoding: "utf8" })
    .map((file) => `app/${file.replaceAll(path.sep, "/")}`)
    .filter((file) => /\/(page|layout|error|not-found|forbidden|loading|global-error)\.tsx$/.test(file));
  const names = [...new Set(pages.map(areaOfFile))];
  return names.map((name) => ({ name, entries: pages.filter((file) => areaOfFile(file) === name) }));
}

/** Layouts and the pages for what goes wrong stand around the pages below them; pages outside of tenants are few and one area. */
function areaOfFile(file: string): string {
  const inTenant = file.startsWith("app/t/");
  if (!inTenant) return "outside";
  return /\/page\.tsx$/.test(file) ? areaOfPath(file.replace(/^app|\/page\.tsx$/g, "")) : "t";
}

/** The area of an address such as /t/acme/calls. */
export function areaOfPath(address: string): string {
  const [first, , ...rest] = address.split("/").filter(Boolean);
  return first === "t" ? ["t", rest.join("/") || "home"].join("/") : "outside";
}
