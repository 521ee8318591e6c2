import { expect } from "@playwright/test";

import { test } from "./support/portal";
import { signInOf } from "./support/stack";

test("the palette finds a call by a pasted number, sets a cap, and runs nothing by itself", async ({ page, enter }) => {
  await enter(signInOf("customer", "owner"));
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  const palette = page.getByRole("dialog", { name: "Find, go or do" });
  const field = palette.getByRole("combobox");

  await page.goto(`${page.url()}/calls`);
  const main = page.getByRole("main");
  const number = await main
    .getByText(/^\+49[\d ]{6,}$/)
    .first()
    .textContent();
  const digits = (number ?? "").replace(/\D/g, "");

  await test.step("two keys beside the pasted text", async () => {
    await page.goto(page.url().replace(/\/calls$/, ""));
    await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
    await page.keyboard.press("Control+k");
    await expect(field).toBeFocused();
    await page.keyboard.insertText(`00${digits.slice(0, 4)} ${digits.slice(4)}`);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/calls\?open=/);
    await expect(page.getByRole("complementary")).toBeVisible();
  });

  await test.step("the daily cap: Ctrl K, Enter, and the field is there", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("daily cap");
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Spending a day").or(page.locator("[name=dailyCap]")).first()).toBeFocused();
  });

  await test.step("a verb leads to the button and does not press it", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("suspend 101");
    await page.keyboard.press("Enter");
    const suspend = page.getByRole("complementary").getByRole("button", { name: "Suspend" });
    await expect(suspend).toBeFocused();
    await expect(suspend).toHaveText("Suspend extension");
  });

  await test.step("what does not exist is said", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("100% nobody");
    await expect(palette.getByText("Nothing here is called")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(palette).toHaveCount(0);
  });
});

test("what is typed while the palette is still loading is not lost, and presses nothing on the page", async ({
  page,
  resume,
}) => {
  const { tenantSlug, ...who } = signInOf("customer", "owner");
  await resume({ ...who, tenantSlug });
  await page.goto(`/t/${tenantSlug}/extensions`);
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  let bring = () => {};
  const brought = new Promise<void>((resolve) => {
    bring = resolve;
  });
  await page.route("**/_next/static/chunks/**", async (route) => {
    await brought;
    await route.continue();
  });
  const palette = page.getByRole("dialog", { name: "Find, go or do" });

  await page.keyboard.press("Control+k");
  await page.keyboard.type("nothing");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  // N would open a form of this page.
  await page.keyboard.type("nodailyy");
  for (const _ of "nodailyy") await page.keyboard.press("Backspace");
  await page.keyboard.type("daily cap");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  bring();
  await expect(palette.getByRole("combobox")).toHaveValue("daily cap");
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.unrouteAll({ behavior: "wait" });

  await test.step("and so does Enter", async () => {
    await page.keyboard.press("Escape");
    await expect(palette).toHaveCount(0);
    await page.reload();
    await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("daily cap");
    await page.keyboard.press("Enter");
    await expect(page.locator("[name=dailyCap]")).toBeFocused();
  });
});
