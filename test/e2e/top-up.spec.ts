import { expect } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { openPage, withClicks, withKeys } from "./support/hand";
import { factOf, microsOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

test("a top-up with the test provider, and the balance rises on a page that is only open", async ({
  page,
  context,
  resume,
}) => {
  const who = signInOf("customer", "owner");
  await resume(who);
  const watching = await context.newPage();
  await watching.goto(`/t/${who.tenantSlug}/balance`);
  const settled = factOf(watching.getByRole("main"), "Settled").locator("[title]");
  const before = await microsOf(settled);

  await page.goto(`/t/${who.tenantSlug}/balance`);
  await page.getByRole("button", { name: "Top up…" }).click();
  const dialog = page.getByRole("dialog", { name: "Top up" });
  await expect(dialog.getByText("Payments are in test here.")).toBeVisible();
  await dialog.getByLabel("Amount", { exact: true }).fill("0.50");
  await dialog.getByRole("button", { name: /^Pay/ }).click();
  await expect(dialog.getByText("The least is 1.00.")).toBeVisible();
  await dialog.getByLabel("Amount", { exact: true }).fill("12.50");
  await dialog.getByLabel("Save the card").check();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: /^Pay/ }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Test payment");
  await expect(page.getByText("TEST: no card is charged here.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Pay and save a card that works" }).click();

  await expect(page.getByRole("status").filter({ hasText: "paid and added to your balance" })).toBeVisible();
  await expect(page.getByText("Test ending in 4242").first()).toBeVisible();
  await expectAccessible(page);
  await expect.poll(() => microsOf(settled), { message: "nobody touched this page" }).toBe(before + 12_500_000n);

  // The card is there now.
  await withClicks(page, 3, async (hand) => {
    await hand.click(page.getByRole("button", { name: "Top up…" }));
    await hand.click(
      page.getByRole("button", { name: /10/, exact: false }).and(page.locator("[aria-pressed]")).first(),
    );
    await expectAccessible(page);
    await hand.click(page.getByRole("button", { name: /^Pay/ }));
    // It closes when the card was charged, and only then.
    await expect(dialog).toBeHidden();
  });
  await expect.poll(() => microsOf(settled)).toBe(before + 22_500_000n);
  await openPage(page, `/t/${who.tenantSlug}/balance`);
  await withKeys(page, 6, async (hand) => {
    await hand.press("n");
    await expect(dialog.getByLabel("Amount", { exact: true })).toBeFocused();
    await hand.press("Control+a");
    await hand.text("15");
    await hand.press("Enter");
    await expect(dialog).toBeHidden();
  });
  await expect.poll(() => microsOf(settled)).toBe(before + 37_500_000n);
});
