import { expect, type Page } from "@playwright/test";

/** An extension's number under the number that it called: as short as a name. */
const told = ["Calls: From"];

/**
 * Folded into two lines, tables have no heads: a figure there without a word, and a "–", stand after the name of their column. A row's
 * first cell is what it is about.
 */
export async function expectFiguresNamed(page: Page): Promise<void> {
  const bare = await page.evaluate(() => {
    const shown = (cell: Element): string => {
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      let text = "";
      while (texts.nextNode())
        if (texts.currentNode.parentElement?.checkVisibility()) text += texts.currentNode.textContent;
      return text.trim();
    };
    const bareFigure = (text: string) => /[\d–]/.test(text) && !/\p{L}/u.test(text.replace(/\b[A-Z]{3}\b/, ""));
    const about = (style: CSSStyleDeclaration) => style.gridRowStart === "1" && style.gridColumnStart === "1";
    return [...document.querySelectorAll<HTMLTableCellElement>("[data-list] tbody td")].flatMap((cell) => {
      const text = shown(cell);
      if (!bareFigure(text) || cell.querySelector("time, button") || about(getComputedStyle(cell))) return [];
      // Without such a text it says none.
      if (/^".*\p{L}/u.test(getComputedStyle(cell, "::before").content)) return [];
      const table = cell.closest("table");
      return [`${table?.caption?.textContent}: ${table?.tHead?.rows[0]?.cells[cell.cellIndex]?.textContent}`];
    });
  });
  const found = [...new Set(bare)].filter((one) => !told.includes(one));
  expect(found, `figures without a name at ${page.url()}`).toEqual([]);
}
