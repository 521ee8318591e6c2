import { expect, type Page } from "@playwright/test";

import { openPage, withClicks, withKeys } from "./support/hand";
import { test } from "./support/portal";
import { signInOf } from "./support/stack";
import { keepToasts } from "./support/toasts";

/** More of what people do, within the clicks or keys that it may take: prices, and finding one's way. */
const reseller = () => signInOf("reseller", "owner");
const owner = () => signInOf("customer", "owner");

const applied = (page: Page) => page.getByText("Applied. It can be taken back as a whole.");
const deckOf = (prefix: string) => ({
  name: `counted-${prefix}.csv`,
  mimeType: "text/csv",
  buffer: Buffer.from(`prefix,destination,rate,increments\n${prefix},Nowhere,0.9,60/60\n`),
});

/** What the file would do is on the page before anything is decided. */
async function shown(page: Page, name: string, prefix: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByRole("main").getByRole("row").filter({ hasText: prefix })).toContainText(/New.*0\.9000/);
}

test("a deck of prices from its file to a day that is still to come, its differences seen", async ({
  page,
  resume,
}) => {
  await keepToasts(page);
  await resume(reseller());
  const decks = `/t/${reseller().tenantSlug}/plans/decks`;
  const when = page.getByLabel("From when on");
  const schedule = page.getByRole("button", { name: /^Schedule 1 change/ });
  const byHand = deckOf("8820");
  // From now on the browser hands its file dialog over: asked for in the moment of a key, that may come too late.
  page.on("filechooser", () => {});
  await openPage(page, decks);
  await withClicks(page, 5, async (hand) => {
    const choosing = page.waitForEvent("filechooser");
    await hand.click(page.getByText("Drop a CSV file here, or choose one"));
    await (await choosing).setFiles(byHand);
    await hand.click(page.getByRole("button", { name: "Upload and compare" }));
    await shown(page, byHand.name, "8820");
    await hand.click(page.getByRole("button", { name: "Another time…" }));
    await when.fill("2031-01-01T10:00");
    await hand.click(page.getByRole("button", { name: "Compare for then" }));
    await hand.click(schedule);
    await expect(applied(page)).toBeVisible();
  });

  const byKeys = deckOf("8821");
  await openPage(page, decks);
  await expect(page.getByText("Drop a CSV file here, or choose one")).toBeVisible();
  await withKeys(page, 14, async (hand) => {
    const choosing = page.waitForEvent("filechooser");
    await hand.press("n");
    await (await choosing).setFiles(byKeys);
    await hand.tabTo(page.getByRole("button", { name: "Upload and compare" }));
    await hand.press("Enter");
    await shown(page, byKeys.name, "8821");
    await hand.press("o");
    await expect(when).toBeFocused();
    // How its parts are typed is a matter of the browser's language.
    await when.fill("2031-01-01T10:00");
    await hand.press("Enter");
    await expect(schedule).toBeEnabled();
    await hand.press("s");
    await expect(applied(page)).toBeVisible();
  });
});

test("a call is found by its pasted number, and a page of another tenant with one click", async ({ page, resume }) => {
  await resume(owner());
  await openPage(page, `/t/${owner().tenantSlug}/calls`);
  const number = page
    .getByRole("main")
    .getByText(/^\+49[\d ]{6,}$/)
    .first();
  const digits = ((await number.textContent()) ?? "").replace(/\D/g, "");
  await openPage(page, `/t/${owner().tenantSlug}`);
  await withKeys(page, 3, async (hand) => {
    await hand.press("Control+k");
    await hand.text(`00${digits.slice(0, 4)} ${digits.slice(4)}`);
    await hand.press("Enter");
    await expect(page).toHaveURL(/\/calls\?open=/);
    await expect(page.getByRole("complementary")).toBeVisible();
  });

  await page.context().clearCookies();
  await resume(reseller());
  await openPage(page, `/t/${reseller().tenantSlug}/extensions`);
  const find = page.getByLabel("Find a tenant");
  await withClicks(page, 1, async (hand) => {
    await hand.press("g", "0");
    await expect(find).toBeVisible();
    await hand.click(page.getByRole("link", { name: /Blue Door Bakery/ }).last());
    await expect(page).toHaveURL(/\/t\/bakery\/extensions/);
  });
});
