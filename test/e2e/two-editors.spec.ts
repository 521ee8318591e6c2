import { expect } from "@playwright/test";

import { createExtension, rowOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

test("of two who edit one extension the second is told by whom it was changed, and loses nothing that was typed", async ({
  page,
  browser,
  enter,
}) => {
  const [second, first] = [signInOf("customer", "admin"), signInOf("customer", "owner")];
  await enter(second);
  const made = await createExtension(page, second.tenantSlug, "Harbour desk");
  await page.goto(`/t/${second.tenantSlug}/extensions`);
  await rowOf(page, made).getByRole("link").click();
  await page.getByRole("button", { name: "Edit…" }).click();
  const mine = page.getByRole("dialog");
  await mine.getByLabel("Name").fill("Harbour office");

  const other = await (await browser.newContext({ baseURL: new URL(page.url()).origin })).newPage();
  await enter(first, other);
  await other.goto(`/t/${first.tenantSlug}/extensions`);
  await rowOf(other, made).getByRole("link").click();
  await other.getByRole("button", { name: "Edit…" }).click();
  await other.getByRole("dialog").getByLabel("Name").fill("Pilot station");
  await other.getByRole("button", { name: "Save extension" }).click();
  await expect(other.getByRole("dialog")).toHaveCount(0);
  await other.context().close();

  const save = mine.getByRole("button", { name: "Save extension" });
  await save.click();
  await expect(mine).toContainText(`${first.email} changed this while you typed: it is Pilot station now.`);
  await expect(mine.getByLabel("Name")).toHaveValue("Harbour office");
  await save.click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  // A number may also be part of a price or of an address in another row.
  await expect(rowOf(page, { ...made, name: "Harbour office" })).toBeVisible();
});
