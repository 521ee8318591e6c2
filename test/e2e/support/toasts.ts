import type { Page } from "@playwright/test";

/**
 * On the pages that are opened from now on, the line that says what was done stays for half a minute instead of five seconds, and
 * one with a way back longer: a slow machine looks late.
 */
export const keepToasts = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const longer: Record<number, number> = { 5000: 30_000, 10000: 80_000 };
    const soon = window.setTimeout.bind(window);
    Object.assign(window, {
      setTimeout: (work: () => void, ms = 0, ...more: unknown[]) => soon(work, longer[ms] ?? ms, ...more),
    });
  });
