import { expect } from "@playwright/test";

import { expectAccessibleInBoth } from "./support/axe";
import { openPage } from "./support/hand";
import { test } from "./support/portal";
import { signInOf } from "./support/stack";
import { keepToasts } from "./support/toasts";

test("a narrowed list is kept by a name, gone back to with two presses, and removed with a way back", async ({
  page,
  resume,
}) => {
  await keepToasts(page);
  const who = signInOf("customer", "admin");
  await resume(who);
  const calls = `/t/${who.tenantSlug}/calls`;
  const opener = page.getByRole("button", { name: "Saved lists" });
  const saved = page.getByRole("list", { name: "Saved lists" });
  await openPage(page, calls);
  await opener.click();
  await expect(page.getByText("Narrow the list or put it in another order")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByLabel("Outcome").selectOption({ label: "Answered" });
  await expect(page).toHaveURL(/outcome=answered/);
  await page.getByRole("columnheader").getByRole("button", { name: /^Time/ }).click();
  // What is seen is what is kept, so it is to be seen.
  await expect(page.getByRole("columnheader", { name: /^Time/ })).toHaveAttribute("aria-sort", "ascending");
  await page.locator("[data-row]").first().click();
  await expect(page).toHaveURL(/open=/);
  await opener.click();
  await page.getByLabel("Save what you see as").fill("Answered, oldest first");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved as Answered, oldest first.")).toBeVisible();

  await openPage(page, `${calls}?q=nobody`);
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(saved.getByRole("listitem")).toHaveText(["Answered, oldest first"]);
  await expectAccessibleInBoth(page);
  // On a telephone the layer stays within the window, though its button does not stand at the edge.
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 390, height: 844 });
  await opener.click();
  const layer = page.locator(":popover-open");
  await expect
    .poll(async () => {
      const { x = -1, width = 391 } = (await layer.boundingBox()) ?? {};
      return [x >= 8, x + width <= 382];
    })
    .toEqual([true, true]);
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1280, height: 900 });
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(saved).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\?outcome=answered&sort=-time$/);
  await expect(saved).toHaveCount(0);
  await expect(page.getByLabel("Outcome")).toHaveValue("answered");
  await expect(page.getByLabel("Number, name or call ID")).toHaveValue("");
  await expect(page.getByRole("columnheader", { name: /^Time/ })).toHaveAttribute("aria-sort", "ascending");

  await opener.click();
  await expect(page.getByText("What you see is saved.")).toBeVisible();
  await saved.getByRole("button", { name: "Remove Answered, oldest first" }).click();
  await expect(saved).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await opener.click();
  await expect(saved.getByRole("link", { name: "Answered, oldest first" })).toHaveAttribute("aria-current", "true");
  await saved.getByRole("button", { name: "Remove Answered, oldest first" }).click();
  await expect(page.getByLabel("Save what you see as")).toBeVisible();
});
