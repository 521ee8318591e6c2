import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { openPage, withClicks, withKeys } from "./support/hand";
import { test, textOf } from "./support/portal";
import { signInOf } from "./support/stack";
import { guessAt } from "./support/thief";

const operator = () => signInOf("operator", "owner");
const rows = (page: Page) => page.locator("tbody tr");

/** Opens an incident with the keyboard, as somebody does who was called about it. */
async function openByHand(page: Page, title: string): Promise<void> {
  const opener = page.getByRole("button", { name: "Open an incident" });
  // Before the page is awake it takes no focus.
  await expect(opener).toBeEnabled();
  await opener.focus();
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

/** Nobody is at home there, and no other test is banned with it. */
const STRANGER = "127.7.12.1";

test("what waits is taken, rated, given away, commented, merged and dismissed by single keys, and the next one opens itself", async ({
  page,
  resume,
}) => {
  await resume(operator());
  await guessAt("nobody-of-that-name", STRANGER);
  const list = `/t/${operator().tenantSlug}/incidents`;
  await page.goto(`${list}?q=127.7.12.`);
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  const panel = page.getByRole("complementary");
  const keys = page.keyboard;
  const leave = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

  await test.step("1 takes it", async () => {
    await keys.press("j");
    await keys.press("Enter");
    await expect(panel.getByRole("button", { name: "Take it" })).toBeEnabled();
    await keys.press("1");
    await expect(panel.getByText("took it", { exact: true })).toBeVisible();
  });

  await test.step("S rates it, A gives it away, P writes into its timeline", async () => {
    await keys.press("s");
    await expect(panel.getByLabel("Severity")).toBeFocused();
    await panel.getByLabel("Severity").selectOption("critical");
    await expect(panel.getByText(/^made it critical, it was /)).toBeVisible();
    await leave();
    await keys.press("a");
    await expect(panel.getByLabel("Owner")).toBeFocused();
    await panel.getByLabel("Owner").selectOption({ label: "Nobody" });
    await expect(panel.getByText("took the owner away")).toBeVisible();
    await leave();
    await keys.press("p");
    await expect(panel.getByLabel("Comment")).toBeFocused();
    await keys.type("The provider was called.");
    await keys.press("Tab");
    await keys.press("Enter");
    await expect(panel.getByText("The provider was called.", { exact: true })).toBeVisible();
  });

  const about = `Knock knock ${Date.now()}`;
  await page.goto(`${list}?q=${encodeURIComponent(about)}`);
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  for (const n of [1, 2, 3, 4]) await openByHand(page, `${about} ${n}`);
  await expect(rows(page)).toHaveCount(4);
  const title = (place: number) => textOf(page.locator("[data-row]").nth(place));

  await test.step("3 and Enter dismiss it, and the next one opens itself", async () => {
    const next = await title(1);
    await keys.press("j");
    await keys.press("Enter");
    await expect(panel.getByRole("button", { name: "Dismiss…" })).toBeEnabled();
    await keys.press("3");
    await expect(page.getByRole("radio", { name: "False alarm: expected traffic" })).toBeFocused();
    await keys.press("Enter");
    await expect(rows(page)).toHaveCount(3);
    await expect(panel.getByText(next, { exact: true })).toBeVisible();
  });

  await test.step("2 merges it into another, and the next one opens itself", async () => {
    const [next, into] = [await title(1), await title(2)];
    await keys.press("2");
    const asked = page.getByRole("dialog").getByLabel("Into");
    const choice = await asked.locator("option").filter({ hasText: into }).getAttribute("value");
    await asked.selectOption(choice);
    await page.getByRole("dialog").getByRole("button", { name: "Merge" }).focus();
    await keys.press("Enter");
    await expect(rows(page)).toHaveCount(2);
    await expect(panel.getByText(next, { exact: true })).toBeVisible();
    await keys.press("Escape");
    await expect(panel).toHaveCount(0);
  });

  await test.step("several are dismissed at once, with what became of each", async () => {
    await page.locator("[data-row]").first().focus();
    await keys.press("Shift+J");
    await expect(page.getByRole("toolbar", { name: "What is chosen" })).toContainText("2 chosen");
    await keys.press("3");
    await keys.press("ArrowDown");
    await keys.press("Enter");
    await expect(page.getByRole("dialog")).toContainText("2 of 2 done");
    await expectAccessible(page);
    await keys.press("Enter");
    await expect(rows(page)).toHaveCount(0);
  });
});

test("a resolved incident is reviewed in writing, and its follow-up is ticked off where all of them stand", async ({
  page,
  resume,
}) => {
  await resume(operator());
  const about = `Looked back ${Date.now()}`;
  const list = `/t/${operator().tenantSlug}/incidents`;
  await page.goto(`${list}?q=${encodeURIComponent(about)}`);
  await openByHand(page, about);
  await page.locator("[data-row]").first().click();
  const panel = page.getByRole("complementary");
  await panel.getByRole("button", { name: "Resolve…" }).click();
  await page.getByLabel("How it was resolved").fill("New secret.");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await page.goto(`${list}?show=closed&q=${encodeURIComponent(about)}`);
  await page.locator("[data-row]").first().click();
  await panel.getByRole("link", { name: "Write the review…" }).first().click();

  await test.step("it is not finished before it is written", async () => {
    await page.getByRole("button", { name: "Finish the review" }).click();
    await expect(page.locator("[aria-invalid]")).toHaveCount(3);
    for (const part of ["What caused it", "What worked", "What changes"]) {
      await page.getByLabel(part, { exact: true }).fill(`${part}: said.`);
    }
    await page.getByRole("button", { name: "Add a follow-up" }).click();
    await page.getByLabel("What is to be done").fill(`${about}, ask the customer`);
    await page.getByRole("button", { name: "Save the draft" }).click();
    await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Finish the review" }).click();
    await expect(page.getByText("Every follow-up needs somebody who does it and a day.")).toBeVisible();
  });
  await eachLook(page);

  await test.step("then it is, and reads as it was written", async () => {
    await page.getByLabel("By", { exact: true }).selectOption({ index: 1 });
    await page.getByLabel("Until", { exact: true }).fill("2027-01-31");
    await page.getByRole("button", { name: "Finish the review" }).click();
    await expect(page.getByRole("main").getByText("Reviewed", { exact: true })).toBeVisible();
    await expect(page.getByText("What changes: said.").filter({ visible: true })).toBeVisible();
  });

  await test.step("its follow-up is done where all of them stand", async () => {
    await openPage(page, `${list}/follow-ups`);
    const row = page.getByRole("row").filter({ hasText: about });
    await expect(row).toContainText("31 Jan 2027");
    await eachLook(page);
    await row.getByRole("checkbox").click();
    await expect(row).toHaveCount(0);
  });
});

/** Wide in both themes, and as a phone, where nothing may scroll sideways. */
async function eachLook(page: Page): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  if (wide) await page.setViewportSize(wide);
}
