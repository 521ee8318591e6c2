import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";

const source = readFileSync(path.resolve(import.meta.dirname, "../../../node_modules/axe-core/axe.min.js"), "utf8");

type Found = { id: string; impact: string; help: string; nodes: { target: string[]; failureSummary: string }[] };

/** No violation of any impact, best practices included. Evaluated, not injected: the page's policy allows no foreign script. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(source);
  const found = await page.evaluate<Found[]>("axe.run(document).then((report) => report.violations)");
  const told = found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`),
  );
  expect(told, `axe at ${page.url()}`).toEqual([]);
}
