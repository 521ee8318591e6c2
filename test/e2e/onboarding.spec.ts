import { randomBytes } from "node:crypto";
import { expect } from "@playwright/test";

import { expectAccessibleInBoth } from "./support/axe";
import { withClicks, withKeys } from "./support/hand";
import { factOf, microsOf, test, textOf } from "./support/portal";
import { signInOf } from "./support/stack";

// A name of its own, so that the test can be run again on the same stack.
const slug = `harbour-${randomBytes(4).toString("hex")}`;
const email = `owner@${slug}.example`;
const PASSWORD = "a long sentence about bread";

/** What its owner finds on the first day. */
const nothingYet = [
  ["", "Hear yourself"],
  ["/calls", "No calls yet."],
  ["/calls?q=nobody", "No call matches this filter."],
  ["/reports", "No call ended in these days"],
  ["/live", "Nobody is on the phone."],
  ["/numbers", "No number yet."],
  ["/statements", "There is no statement yet."],
  ["/exports", "No file was asked for yet."],
  ["/disputes", "You have not disputed a charge."],
  ["/notices", "Nothing was seen at your phones."],
  ["/developers", "There is no token yet."],
  ["/blocks", "No number is blocked here."],
] as const;

test("a reseller takes a customer on with one form, and the customer gets in with the link", async ({
  page,
  enter,
  browser,
}) => {
  // Four sign-ins, two calls and a dozen pages in a row.
  test.slow();
  const reseller = signInOf("reseller", "owner");
  await enter(reseller);
  const settled = () => microsOf(factOf(page.getByRole("main"), "Settled").locator("[title]"));
  await page.goto(`/t/${reseller.tenantSlug}/balance`);
  const before = await settled();

  await page.goto(`/t/${reseller.tenantSlug}/tenants`);
  await page.getByRole("button", { name: "New tenant" }).click();
  const form = page.getByRole("dialog", { name: "New tenant" });
  await form.getByLabel("Company").fill("Harbour Bakery");
  await form.getByRole("button", { name: "Change…" }).click();
  await form.getByLabel("Short name").fill(slug);
  await form.getByLabel("Admin's e-mail").fill(email);
  await form.getByLabel("Initial credit").fill("7.50");
  await form.getByRole("button", { name: "Make tenant" }).click();

  const done = page.getByRole("dialog", { name: "Harbour Bakery is ready" });
  const link = await textOf(done.getByText(/\/invitation/));
  await expect(done.getByRole("button", { name: "Copy: Invitation link" })).toBeFocused();
  for (const what of ["Invitation link", "Link to its portal", "Address of the phone"]) {
    await expect(done.getByRole("button", { name: `Copy: ${what}` })).toBeVisible();
  }
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
  });
  const phone = theirs.getByRole("region", { name: "Phone" });
  const talking = async () => {
    await expect(phone.getByText("Connected"), "there is a voice").toBeVisible();
    await expect(phone.getByText(/^(Good|Fair|Poor)/)).toBeVisible();
    await phone.getByRole("button", { name: "Hang up" }).click();
    await phone.getByRole("button", { name: "Turn off" }).click();
  };
  await test.step("pages with nothing on them yet say so accessibly, in light and dark", async () => {
    for (const [path, words] of nothingYet) {
      await theirs.goto(`/t/${slug}${path}`);
      await expect(theirs.getByRole("main").getByText(words).first()).toBeVisible();
      await expectAccessibleInBoth(theirs);
    }
  });
  await test.step("from the first sign-in to a voice with the keyboard alone", async () => {
    await theirs.context().clearCookies();
    await theirs.goto("/sign-in");
    // Enter is lost until the page is awake.
    await expect(theirs.getByRole("button", { name: "Sign in", exact: true })).toBeEnabled();
    await withKeys(theirs, 14, async (hand) => {
      await hand.text(email);
      await hand.press("Tab");
      await hand.text(PASSWORD);
      await hand.press("Enter");
      await expect(theirs.getByTitle("Changes appear by themselves")).toBeVisible();
      await expect(theirs.getByRole("button", { name: "Call the echo test from this browser" })).toBeVisible();
      await hand.press("n");
      await expect(phone.getByText("Connected")).toBeVisible();
    });
    await talking();
  });
  await test.step("and with the mouse", async () => {
    await theirs.context().clearCookies();
    await theirs.goto("/sign-in");
    await theirs.getByLabel("E-mail").fill(email);
    await theirs.getByLabel("Password").fill(PASSWORD);
    await withClicks(theirs, 4, async (hand) => {
      await hand.click(theirs.getByRole("button", { name: "Sign in", exact: true }));
      await hand.click(theirs.getByRole("button", { name: "Phone", exact: true }));
      await expect(phone.getByText("Ready", { exact: true })).toBeVisible();
      await phone.getByLabel("Number").fill("*43");
      await hand.click(phone.getByRole("button", { name: "Call", exact: true }));
      await expect(phone.getByText("Connected")).toBeVisible();
    });
    await talking();
  });
  await test.step("the link works once, and nobody's neighbour is there for them", async () => {
    const late = await (await browser.newContext()).newPage();
    await late.goto(link);
    await expect(late.getByText("This invitation is not valid, or was used already.")).toBeVisible();
    const answer = await theirs.goto(`/t/${reseller.tenantSlug}`);
    expect(answer?.status()).toBe(404);
  });
});
