import type { Page } from "@playwright/test";

import type { SignIn } from "./stack";

/** What the browser itself says of a page since it was opened, or since `forget`. */
export type Watched = {
  /** Sum of all shifts that no hand caused: never less than the worst second of them, which the name CLS means. */
  shift: number;
  /** What moved, and how far. */
  moved: string[];
  longestTaskMs: number;
  slowestInputMs: number;
};

type Source = Readonly<{ node: Node | null; previousRect: DOMRect; currentRect: DOMRect }>;

/** Lets the browser note shifts, long tasks and slow inputs from the first moment of each page on. */
export const watch = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const watched = { shift: 0, moved: [] as string[], longestTaskMs: 0, slowestInputMs: 0 };
    Object.assign(globalThis, { watched });
    // A function with a name does not survive the way into the browser.
    for (const type of ["layout-shift", "longtask", "event"]) {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          if (type === "longtask") watched.longestTaskMs = Math.max(watched.longestTaskMs, entry.duration);
          else if (type === "event" && Reflect.get(entry, "interactionId"))
            watched.slowestInputMs = Math.max(watched.slowestInputMs, entry.duration);
          else if (type === "layout-shift" && !Reflect.get(entry, "hadRecentInput")) {
            const sources = Reflect.get(entry, "sources") as readonly Source[];
            watched.shift += Number(Reflect.get(entry, "value"));
            watched.moved.push(
              ...sources.map(
                ({ node, previousRect: was, currentRect: is }) =>
                  `"${node?.textContent?.slice(0, 40)}" from ${was.x},${was.y} to ${is.x},${is.y}`,
              ),
            );
          }
        }
      }).observe({ ...{ type, buffered: true }, ...(type === "event" ? { durationThreshold: 16 } : {}) });
    }
  });

export const watched = (page: Page): Promise<Watched> =>
  page.evaluate(() => ({ ...(Reflect.get(globalThis, "watched") as Watched) }));

/** What comes from now on is counted alone. */
export const forget = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.assign(Reflect.get(globalThis, "watched"), { shift: 0, moved: [], longestTaskMs: 0, slowestInputMs: 0 });
  });

export async function signIn(page: Page, who: SignIn): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**/t/${who.tenantSlug}`);
}
