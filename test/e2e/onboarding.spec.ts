import { randomBytes } from "node:crypto";
import { expect } from "@playwright/test";

import { factOf, microsOf, test, textOf } from "./support/portal";
import { signInOf } from "./support/stack";

// A name of its own, so that the test can be run again on the same stack.
const slug = `harbour-${randomBytes(4).toString("hex")}`;
const email = `owner@${slug}.example`;
const PASSWORD = "a long sentence about bread";

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
  await form.getByLabel("Short name").fill(slug);
  await form.getByLabel("Admin's e-mail").fill(email);
  await form.getByLabel("Initial credit").fill("7.50");
  await form.getByRole("button", { name: "Make tenant" }).click();

  const done = page.getByRole("dialog", { name: "Harbour Bakery is ready" });
  const link = await textOf(done.getByText(/\/invitation/));
  await expect(done.getByLabel("SIP secret")).toBeVisible();
  await done.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row").filter({ hasText: slug })).toContainText("€7.50");
  await page.goto(`/t/${reseller.tenantSlug}/balance`);
  expect(await settled(), "the credit came from the reseller's own wallet").toBe(before - 7_500_000n);

  const theirs = await (await browser.newContext()).newPage();
  await test.step("the customer sets a password and signs in with it", async () => {
    await theirs.goto(link);
    await theirs.getByLabel("Your name").fill("Ada Baker");
    await theirs.getByLabel("Password").fill(PASSWORD);
    await theirs.getByRole("button", { name: "Set up access" }).click();
    await theirs.getByRole("link", { name: "Sign in" }).click();
    await enter({ email, password: PASSWORD, tenantSlug: slug, kind: "customer", role: "owner" }, theirs);
    await expect(theirs.getByRole("button", { name: "Balance" })).toContainText("€7.50");
    await theirs.goto(`/t/${slug}/extensions`);
    await expect(theirs.getByRole("row").filter({ hasText: "101" })).toContainText("Never connected");
    await theirs.goto(`/t/${slug}`);
    await theirs.getByRole("button", { name: "Call the echo test from this browser" }).click();
    const phone = theirs.getByRole("region", { name: "Phone" });
    await expect(phone.getByText("Connected"), "one press after the sign-in there is a voice").toBeVisible();
    await expect(phone.getByText(/^(Good|Fair|Poor)/)).toBeVisible();
    await phone.getByRole("button", { name: "Hang up" }).click();
    await phone.getByRole("button", { name: "Turn off" }).click();
  });
  await test.step("the link works once, and nobody's neighbour is there for them", async () => {
    const late = await (await browser.newContext()).newPage();
    await late.goto(link);
    await expect(late.getByText("This invitation is not valid, or was used already.")).toBeVisible();
    const answer = await theirs.goto(`/t/${reseller.tenantSlug}`);
    expect(answer?.status()).toBe(404);
  });
});
