import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";

const library = readFileSync(path.resolve(import.meta.dirname, "../../../node_modules/axe-core/axe.min.js"), "utf8");

/** A page has some dozen colours, which axe reads anew for every text and all that lies behind it: a quarter of its time. */
const remembering = `{
  const { prototype } = axe.commons.color.Color;
  const parse = prototype.parseString;
  const known = new Map();
  prototype.parseString = function (text) {
    const found = known.get(text);
    if (found) [this.r, this.g, this.b, this.alpha] = found;
    else {
      parse.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    return this;
  };
}`;

type Found = { id: string; impact: string; help: string; nodes: { target: string[]; failureSummary: string }[] };

/** What is well is not written down: nobody reads it. */
const inAll = "{ resultTypes: ['violations'] }";
/** What a change of theme can break, and nothing else: the page is the same one. */
const ofColours = "{ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }";

/**
 * No violation of any impact, best practices included. Evaluated, not injected: the page's policy allows no foreign script.
 * @param what `colours` for the second look at a page that was checked whole a moment ago.
 */
export async function expectAccessible(page: Page, what: "all" | "colours" = "all"): Promise<void> {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(`${library};${remembering}`);
  const options = what === "all" ? inAll : ofColours;
  const found = await page.evaluate<Found[]>(`axe.run(document, ${options}).then((report) => report.violations)`);
  const told = found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`),
  );
  expect(told, `axe at ${page.url()}`).toEqual([]);
}

/** Dark and light: the theme is switched under the page, as the system does it in the evening. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, colorScheme === "dark" ? "all" : "colours");
  }
}
