import { expect, type Page } from "@playwright/test";

import { test } from "./support/portal";
import { signInOf } from "./support/stack";

test("an extension is created with the keyboard alone", async ({ page }) => {
  const customer = signInOf("customer", "admin");
  await page.goto("/sign-in");
  await page.keyboard.type(customer.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(customer.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/\/t\//);
  // Live means the page listens, to keys as well.
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();

  await test.step("G then E goes to the extensions, N opens the form with its first field in focus", async () => {
    // Together, since a slow machine must not come between the two.
    await Promise.all([page.keyboard.press("g"), page.keyboard.press("e")]);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Extensions");
    await expect(page.getByRole("button", { name: "New extension" })).toBeVisible();
    await page.keyboard.press("n");
    await expect(page.getByRole("dialog", { name: "New extension" }).getByLabel("Name")).toBeFocused();
  });
  await test.step("Enter creates it, and the focus stays inside the dialog that shows the secret", async () => {
    await page.keyboard.type("Keyboard hall");
    await page.keyboard.press("Enter");
    const connect = page.getByRole("dialog", { name: "Connect a phone to Keyboard hall" });
    await expect(connect.getByLabel("SIP secret")).toBeVisible();
    // What is shown once does not vanish with a stray key.
    await page.keyboard.press("Escape");
    await expect(connect).toBeVisible();
    await tabTo(page, "Done");
    await page.keyboard.press("Enter");
    await expect(connect).toHaveCount(0);
  });
  await test.step("J walks the rows, Enter opens the panel, Esc closes it and gives the focus back", async () => {
    await expect(page.getByRole("row").filter({ hasText: "Keyboard hall" })).toBeVisible();
    await page.keyboard.press("j");
    const row = page.locator("[data-row]:focus");
    await expect(row).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("complementary").getByRole("heading", { level: 2 })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("complementary")).toHaveCount(0);
    await expect(row).toBeFocused();
  });
});

test("calls of one extension by the field that looks for it, and of some days by drawing over the chart", async ({
  page,
  resume,
}) => {
  const { tenantSlug } = signInOf("customer", "owner");
  await resume(signInOf("customer", "owner"));
  await page.goto(`/t/${tenantSlug}/calls`);
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  const field = page.getByRole("main").getByRole("combobox", { name: "Extension" });
  const options = page.getByRole("listbox", { name: "Extension" }).getByRole("option");

  await test.step("arrows walk, Enter chooses, Esc leaves what was chosen, an emptied field chooses nothing", async () => {
    await field.focus();
    await page.keyboard.type("102");
    await expect(options).toHaveCount(1);
    await page.keyboard.press("ArrowDown");
    await expect(field).toHaveAttribute("aria-activedescendant", /-0$/);
    await expect(options.first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/[?&]extension=/);
    await expect(field).toHaveValue(/^102 /);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("nobody");
    await expect(page.getByRole("listbox", { name: "Extension" })).toBeHidden();
    await page.keyboard.press("Escape");
    await expect(field).toHaveValue(/^102 /);
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Enter");
    await expect(page).not.toHaveURL(/[?&]extension=/);
    await expect(field).toHaveValue("");
  });

  const bars = page.locator("[data-bars]");
  await test.step("the mouse draws from one day to another, and the list is of those days", async () => {
    const box = await bars.boundingBox();
    if (!box) throw new Error("there is no chart");
    const at = (share: number) => [box.x + box.width * share, box.y + box.height / 2] as const;
    await page.mouse.move(...at(0.9));
    await page.mouse.down();
    await page.mouse.move(...at(0.5), { steps: 4 });
    await page.mouse.up();
    await expect(page).toHaveURL(/[?&]from=\d{4}-\d{2}-\d{2}&to=\d{4}-\d{2}-\d{2}/);
    const days = new URL(page.url()).searchParams;
    expect(String(days.get("from")) < String(days.get("to"))).toBe(true);
  });
  await test.step("the keyboard chooses a day", async () => {
    const before = page.url();
    await page.getByRole("slider", { name: "Calls by day" }).focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await expect(page).not.toHaveURL(before);
    const days = new URL(page.url()).searchParams;
    expect(days.get("from")).toBe(days.get("to"));
  });
});

/** Tab by Tab, as a person would, until the button has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  for (let steps = 0; steps < 20; steps += 1) {
    if (await button.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(button).toBeFocused();
}
