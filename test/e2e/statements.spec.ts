import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";

import { test } from "./support/portal";
import { signInOf } from "./support/stack";

test("a customer issues a statement of past days, and fetches both files when they are made", async ({
  page,
  enter,
}) => {
  const customer = signInOf("customer", "owner");
  await enter(customer);
  await page.goto(`/t/${customer.tenantSlug}/statements`);
  await page.getByRole("button", { name: "New statement" }).click();
  // Over in every zone there is.
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("First day").fill(day);
  await page.getByLabel("Last day").fill(day);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Closing")).toBeVisible();
  await dialog.getByRole("button", { name: "Issue statement" }).click();

  // The workers make the files, and the page hears of it.
  const table = page.getByRole("table", { name: "Statements" });
  const files = table.getByRole("link", { name: /^(PDF|CSV) of statement \d{4}-\d{6}$/ });
  await expect(files).toHaveCount(2);
  const fetched: Buffer[] = [];
  for (const link of await files.all()) {
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^statement-\d{4}-\d{6}\.(pdf|csv)$/);
    fetched.push(await readFile(await download.path()));
  }
  const [pdf, csv] = fetched;
  expect(pdf?.subarray(0, 5).toString()).toBe("%PDF-");
  expect(csv?.toString("utf8")).toMatch(/^statement,line,time_utc,.*\r\n\d{4}-\d{6},,,\d{4}-\d\d-\d\d,opening,/);

  // The same bytes again, and for nobody who is signed out.
  const href = await files.first().getAttribute("href");
  const again = await page.request.get(href ?? "");
  expect(
    createHash("sha256")
      .update(await again.body())
      .digest("hex"),
  ).toBe(
    createHash("sha256")
      .update(pdf ?? "")
      .digest("hex"),
  );
  await page.context().clearCookies();
  expect((await page.request.get(href ?? "")).status()).toBe(401);
});
