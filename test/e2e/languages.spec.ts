import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { filled } from "./support/filled";
import { test } from "./support/portal";
import { signInOf, stack } from "./support/stack";

/** Texts on the page that have not gone through the catalogue: in the pseudo-language all others stand in brackets. */
const bare = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const said = (node: Node) => (node.textContent ?? "").trim();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const around = node.parentElement;
      // Cells of tables hold what people wrote.
      if (!around?.checkVisibility() || around.closest("script, style, code, kbd, time, option, td, [data-row]"))
        continue;
      // A sentence with elements in it has its brackets in the texts beside them.
      const whole = around.closest("p, span, h1, h2, h3, label, button, a, dt, dd, legend, th, li") ?? around;
      if (/[A-Za-z]{3}/.test(said(node)) && !/[[\]]/.test(said(whole))) found.push(said(node));
    }
    return found;
  });

const speak = (page: Page, language: string) =>
  page.context().addCookies([{ name: "ringfence-language", value: language, url: stack().appUrl }]);

test("whoever cannot read the sign-in finds their language there, and keeps it in their account", async ({ page }) => {
  const who = signInOf("customer", "viewer");
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Deutsch" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Anmelden");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.getByLabel("E-Mail").fill(who.email);
  await page.getByLabel("Passwort", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/t/${who.tenantSlug}$`));
  await page.getByRole("button", { name: "Ihr Konto" }).click();
  await page.getByLabel("Sprache").selectOption({ label: "العربية" });
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByRole("link", { name: "المكالمات" }).first()).toBeVisible();

  // The account decides, whatever this browser was told last.
  await speak(page, "fr");
  await page.goto(`/t/${who.tenantSlug}/settings`);
  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  await expectAccessible(page);

  await page.getByRole("button", { name: "حسابك" }).click();
  await page.getByLabel("اللغة").selectOption({ label: "English" });
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});

const pages = {
  customer: ["/extensions", "/balance", "/limits", "/developers"],
  reseller: ["/tenants", "/plans/decks", "/vouchers"],
  operator: ["/incidents", "/rules", "/retention", "/reconciliation"],
} as const;

/** Of the demo, in the frame of every page. */
const names = ["Blue Door Bakery", "Hansa Voice", "Northern Exchange", "EUR"];

for (const [kind, paths] of Object.entries(pages)) {
  test(`pages of the ${kind} say nothing outside of the catalogue, and fit a telephone from the right as well`, async ({
    page,
    resume,
  }) => {
    const who = signInOf(kind, "owner");
    await resume(who);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of paths) {
      for (const language of ["en-XA", "ar"]) {
        await speak(page, language);
        await page.goto(`/t/${who.tenantSlug}${path}`);
        await expect(page.locator("html")).toHaveAttribute("lang", language);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await filled(page);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wide, `${path} in ${language} sticks out`).toBeLessThanOrEqual(0);
        if (language === "en-XA") expect((await bare(page)).filter((text) => !names.includes(text))).toEqual([]);
      }
    }
  });
}
