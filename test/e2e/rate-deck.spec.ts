import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { sectionOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

const reseller = () => signInOf("reseller", "owner");

async function upload(page: Page, name: string, text: string): Promise<void> {
  await page.goto(`/t/${reseller().tenantSlug}/plans/decks`);
  await sendFile(page, name, text);
}

async function sendFile(page: Page, name: string, text: string, wake?: () => void): Promise<void> {
  // While the page is still streamed, what comes late is there a second time, hidden at its end.
  await page
    .getByRole("main")
    .getByLabel("File")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  wake?.();
  await page.getByRole("button", { name: "Upload and compare" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
}

test("a file that is chosen while the page is still loading is not lost", async ({ page, enter }) => {
  await enter(reseller());
  let wake = () => {};
  const waking = new Promise<void>((resolve) => {
    wake = resolve;
  });
  await page.route("**/_next/static/**/*.js", async (route) => {
    await waking;
    await route.continue();
  });
  await page.goto(`/t/${reseller().tenantSlug}/plans/decks`, { waitUntil: "commit" });
  await expect(page.getByRole("button", { name: "Upload and compare" })).toBeDisabled();
  await sendFile(page, "early.csv", "prefix,rate\n8810,0.9\n", wake);
  await page.unrouteAll({ behavior: "wait" });
});

test("a deck from the file to the prices and back, errors told on the way", async ({ page, enter }) => {
  await enter(reseller());

  await test.step("a file with errors names line, column and reason, here and as a file", async () => {
    await upload(page, "damaged.csv", "prefix,rate\n4.47E+09,0.05\n881,0.9\n881,0.8\n");
    const problems = sectionOf(page.getByRole("main"), "Errors and warnings");
    await expect(problems.getByRole("row")).toHaveCount(3);
    await expect(problems.getByRole("row").nth(1)).toContainText(/2.*prefix.*4\.47E\+09.*spreadsheet/);
    await expect(problems.getByRole("row").nth(2)).toContainText(/4.*prefix.*881.*line 3/);
    await expect(page.getByRole("button", { name: /^Apply/ })).toHaveCount(0);
    const saving = page.waitForEvent("download");
    await problems.getByRole("button", { name: "Download as CSV" }).click();
    const saved = readFileSync(await (await saving).path(), "utf8").split("\r\n");
    expect(saved[0]).toBe("severity,line,column,reason,value");
    expect(saved[1]).toMatch(/^error,2,prefix,.*4\.47E\+09$/);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Drop…" }).click();
    await page.getByRole("button", { name: "Drop the file and all that is read" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Rate decks");
  });

  await test.step("a good one shows what it would do before it does", async () => {
    await upload(
      page,
      "good.csv",
      "prefix,destination,rate,increments\n8810,Nowhere,0.9,60/60\n8811,Nowhere,0,60/60\n",
    );
    const changes = sectionOf(page.getByRole("main"), "What it would do");
    await expect(changes.getByRole("row").filter({ hasText: "8810" })).toContainText(/New.*0\.9000/);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await test.step("its warning has to be seen, then it is applied", async () => {
    const apply = page.getByRole("button", { name: "Apply 2 changes now" });
    await expect(apply).toBeDisabled();
    await page.getByLabel("I have looked at them").check();
    await apply.click();
    await expect(page.getByText("Its prices hold.")).toBeVisible();
  });

  await test.step("and taken back with one press", async () => {
    await expect(page.getByText(/^2 prices of the file would go, and 0/)).toBeVisible();
    await page.getByRole("button", { name: "Take this deck back" }).click();
    await expect(page.getByText("This deck was taken back.")).toBeVisible();
  });
});
