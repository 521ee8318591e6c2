import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { sectionOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

/** A carrier's file of sixty-one lines, of which two are no records. */
function carrierFile(): Buffer {
  const lines = ["Start,Called Number,Billed Seconds,Cost,Currency,Call ID"];
  for (let i = 0; i < 60; i += 1) {
    const start = new Date(Date.UTC(2026, 0, 5) + i * 60_000).toISOString();
    lines.push(i === 7 ? "no record at all" : `${start},+4930${1_000_000 + i},60,0.25,EUR,e2e-${i}`);
  }
  lines.push('=HYPERLINK("http://x"),+4930,1,1,EUR,x');
  return Buffer.from(`${lines.join("\n")}\n`);
}

test("the operator compares a carrier's file, sees what differs with the money, and takes it out again", async ({
  page,
  resume,
}) => {
  const who = signInOf("operator", "owner");
  await resume(who);
  await page.goto(`/t/${who.tenantSlug}/reconciliation`);
  await page.getByRole("button", { name: "Compare a file" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare a file" });
  await dialog.getByRole("button", { name: "Compare file" }).click();
  await expect(dialog.getByText("Choose a file that is not empty.")).toBeVisible();
  await dialog
    .getByLabel("File", { exact: true })
    .setInputFiles({ name: "e2e.csv", mimeType: "text/csv", buffer: carrierFile() });
  await dialog.getByLabel("What it is").selectOption({ label: "A carrier's records or bill" });
  await dialog.getByLabel("Carrier", { exact: true }).fill("e2e-wholesale");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Compare file" }).click();

  const panel = page.getByRole("complementary", { name: "e2e.csv" });
  const differs = sectionOf(panel, "What differs");
  await expect(differs.getByText("59 differences")).toBeVisible();
  await expect(differs.getByText("€14.75")).toBeVisible();
  await expectAccessible(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    panel.getByRole("button", { name: "Download as CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("e2e.csv.errors.csv");
  const csv = await readFile(await download.path(), "utf8");
  expect(csv).toMatch(/^line,column,name,reason\r\n9,/);
  expect(csv.split("\r\n").filter((line) => /^[=+@-]/.test(line))).toEqual([]);

  await differs.getByRole("button", { name: "Carrier charge without call" }).click();
  await expect(
    page.getByRole("table", { name: "Differences" }).getByText("Carrier charge without call").first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "e2e.csv" }).click();
  await panel.getByRole("button", { name: "Take it out again…" }).click();
  await panel.getByRole("button", { name: "Take its records out" }).click();
  await expect(panel.getByText("Its records were taken out again.")).toBeVisible();
  await expect(page.getByText("No difference matches this filter.")).toBeVisible();
});
