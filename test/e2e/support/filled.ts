import { expect, type Locator, type Page } from "@playwright/test";

/**
 * What is still on its way: a place held for rows (components/ui/skeleton.tsx), a list whose answer is awaited, a button at work.
 * Not by name: a status takes none from the text in it.
 */
export const coming = (page: Page): Locator => page.locator("[role=status].late, [aria-busy=true]");

/** Waits until the page has what it asked for. */
export const filled = (page: Page): Promise<void> => expect(coming(page), "still on its way").toHaveCount(0);
