import { expect } from "@playwright/test";

import { factOf, microsOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

test("a reseller takes a customer on with one form, and the customer gets in with the link", async ({
  page,
  enter,
  browser,
}) => {
  const reseller = signInOf("reseller", "owner");
  await enter(reseller);
  const settled = () => microsOf(factOf(page.getByRole("main"), "Settled").locator("[title]"));
  await page.goto(`/t/${reseller.tenantSlug}/balance`);
  const before = await settled();

  await page.goto(`/t/${reseller.tenantSlug}/tenants`);
  await page.getByRole("button", { name: "New tenant" }).click();
  const form = page.getByRole("dialog", { name: "New tenant" });
  await form.getByLabel("Company").fill("Harbour Bakery");
  await form.getByLabel("Admin's e-mail").fill("owner@harbour-bakery.example");
  await form.getByLabel("Initial credit").fill("7.50");
  await form.getByRole("button", { name: /^Create tenant/ }).click();

  const done = page.getByRole("dialog", { name: /Harbour Bakery/ });
  const link =
    (await done
      .getByText(/\/invitation\//)
      .first()
      .textContent()) ?? "";
  await done.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Harbour Bakery" })).toContainText("€7.50");
  await page.goto(`/t/${reseller.tenantSlug}/balance`);
  expect(await settled(), "the credit came from the reseller's own wallet").toBe(before - 7_500_000n);

  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(link.trim());
  await theirs.getByLabel("Your name").fill("Ada Baker");
  await theirs.getByLabel("Password", { exact: true }).fill("a long sentence about bread");
  await theirs.getByRole("button", { name: /^(Set|Create|Accept|Join)/ }).click();
  await expect(theirs).toHaveURL(/\/t\/harbour-bakery/);
  await expect(theirs.getByRole("button", { name: /^Balance/ })).toContainText("€7.50");
  await theirs.goto("/t/harbour-bakery/extensions");
  await expect(theirs.getByRole("row")).toHaveCount(2);

  await test.step("the link works once, and the reseller next door sees nothing", async () => {
    const late = await (await browser.newContext()).newPage();
    await late.goto(link.trim());
    await expect(late.getByRole("main")).toContainText(/no longer valid|not valid|used|expired/i);
    const answer = await theirs.goto(`/t/${reseller.tenantSlug}`);
    expect(answer?.status()).toBe(404);
  });
});
