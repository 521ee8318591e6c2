import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { withClicks, withKeys } from "./support/hand";
import { test } from "./support/portal";
import { signInOf } from "./support/stack";

const operator = () => signInOf("operator", "owner");
const rows = (page: Page) => page.locator("tbody tr");

/** Opens an incident with the keyboard, as somebody does who was called about it. */
async function openByHand(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Open an incident" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByLabel("What it is about")).toBeFocused();
  await page.keyboard.type(title);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

test("three incidents become one with the keyboard alone, one is taken out again, and another is put off and comes back", async ({
  page,
  resume,
}) => {
  await resume(operator());
  const about = `Ring ring ${Date.now()}`;
  await page.goto(`/t/${operator().tenantSlug}/incidents?q=${encodeURIComponent(about)}`);
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  for (const n of [1, 2, 3]) await openByHand(page, `${about} ${n}`);
  await expect(rows(page)).toHaveCount(3);

  const chosen = page.getByRole("toolbar", { name: "What is chosen" });
  await test.step("J and Shift choose the rows, M shows into which, M again merges", async () => {
    await withKeys(page, 6, async (hand) => {
      await hand.press("j");
      await expect(page.locator("[data-row]").first()).toBeFocused();
      for (const n of [1, 2]) {
        await hand.press("Shift+J");
        await expect(page.locator("[data-row]").nth(n)).toBeFocused();
      }
      await expect(chosen).toContainText("3 chosen");
      // X takes the row at hand out, and in again.
      await page.keyboard.press("x");
      await expect(chosen).toContainText("2 chosen");
      await page.keyboard.press("x");
      await expect(chosen).toContainText("3 chosen");
      await hand.press("m");
      await expect(chosen).toContainText("once more merges them");
      await expectAccessible(page);
      await hand.press("m");
      await expect(rows(page)).toHaveCount(1);
    });
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText(`${about} 1 +2`);
    await expect(chosen).toHaveCount(0);
  });

  await test.step("? lists the keys", async () => {
    await page.keyboard.press("?");
    const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(keys).toContainText("Choose the row, for what is done to many");
    await page.keyboard.press("Escape");
    await expect(keys).toHaveCount(0);
  });

  const panel = page.getByRole("complementary");
  await test.step("with the mouse: one is taken out with two clicks, and by U in it the other", async () => {
    await withClicks(page, 2, async (hand) => {
      await hand.click(rows(page).first());
      await hand.click(panel.getByRole("button", { name: /^Take out \d+$/ }).last());
      await expect(rows(page)).toHaveCount(2);
    });
    await panel.getByRole("button", { name: /^Incident \d+$/ }).click();
    await expect(panel.getByRole("button", { name: /^Take it out of/ })).toBeVisible();
    await page.keyboard.press("u");
    await expect(rows(page)).toHaveCount(3);
    await page.keyboard.press("Escape");
    await expect(panel).toHaveCount(0);
  });
  await test.step("the three are merged again with three clicks", async () => {
    await withClicks(page, 3, async (hand) => {
      await hand.click(rows(page).first().getByRole("checkbox"));
      await hand.click(rows(page).last().getByRole("checkbox"), { modifiers: ["Shift"] });
      await expect(chosen).toContainText("3 chosen");
      await hand.click(chosen.getByRole("button", { name: /^Merge into/ }));
      await expect(rows(page)).toHaveCount(1);
    });
    await expect(rows(page)).toContainText(`${about} 1 +2`);
  });
  await test.step("U takes the last one out with the keyboard alone", async () => {
    await withKeys(page, 4, async (hand) => {
      await hand.press("j", "Enter");
      await expect(panel.getByRole("button", { name: /^Take out \d+$/ })).toHaveCount(2);
      await hand.press("u");
      await expect(rows(page)).toHaveCount(2);
    });
  });

  await test.step("H puts it off: it leaves the list, stands among what is put off, and H brings it back", async () => {
    await page.keyboard.press("h");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByLabel("Put it off")).toBeFocused();
    await dialog.getByRole("button", { name: "Put off" }).focus();
    await page.keyboard.press("Enter");
    await expect(rows(page)).toHaveCount(1);
    await page.goto(`/t/${operator().tenantSlug}/incidents?show=snoozed&q=${encodeURIComponent(about)}`);
    await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Bring it back" })).toBeVisible();
    await page.keyboard.press("h");
    await expect(rows(page)).toHaveCount(0);
  });
});
