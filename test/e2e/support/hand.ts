import { expect, type Locator, type Page } from "@playwright/test";

/**
 * A person's hand, which counts: each press of the mouse, and each key that is not text (a chord is one key). What a task may
 * cost is a promise to whoever does it fifty times a day.
 */
export function handOn(page: Page) {
  const spent = { clicks: 0, keys: 0 };
  return {
    page,
    spent,
    click: async (what: Locator, how?: Parameters<Locator["click"]>[0]) => {
      spent.clicks += 1;
      await what.click(how);
    },
    press: async (...keys: readonly string[]) => {
      spent.keys += keys.length;
      // G and a letter belong together for a second only, and a slow machine must not come between the two.
      if (keys[0] === "g") await Promise.all(keys.map((key) => page.keyboard.press(key)));
      else for (const key of keys) await page.keyboard.press(key);
    },
    /** Tab by Tab, each of which counts. */
    tabTo: async (what: Locator) => {
      for (let steps = 0; steps < 20; steps += 1) {
        if (await what.evaluate((element) => element === document.activeElement)) return;
        spent.keys += 1;
        await page.keyboard.press("Tab");
      }
      await expect(what).toBeFocused();
    },
    text: (words: string) => page.keyboard.type(words),
  };
}

export type Hand = ReturnType<typeof handOn>;

/** Does the task with a mouse, and says so when it took more clicks than it may; keys beside it are not counted then. */
export async function withClicks(page: Page, most: number, task: (hand: Hand) => Promise<void>): Promise<void> {
  const hand = handOn(page);
  await task(hand);
  expect(hand.spent.clicks, "clicks").toBeLessThanOrEqual(most);
}

/** Does the task without touching a mouse. */
export async function withKeys(page: Page, most: number, task: (hand: Hand) => Promise<void>): Promise<void> {
  const hand = handOn(page);
  await task(hand);
  expect(hand.spent.clicks, "clicks").toBe(0);
  expect(hand.spent.keys, "keys").toBeLessThanOrEqual(most);
}

/** Opens a page and waits until it listens: to changes, and so to keys. */
export async function openPage(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
}
