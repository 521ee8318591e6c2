import type { Page } from "@playwright/test";

const failing = new WeakSet<Page>();
export const isFailing = (page: Page): boolean => failing.has(page);

/**
 * From now on the portal has no answer for this page. A minute passes and somebody comes back to the tab, so everything on it is
 * asked for again.
 */
export async function failFromNowOn(page: Page): Promise<void> {
  failing.add(page);
  await page.route("**/api/trpc/**", (route) => route.fulfill({ status: 500, body: "" }));
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 60_000;
    window.dispatchEvent(new Event("visibilitychange"));
  });
}
