import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { handOn, withClicks, withKeys } from "./support/hand";
import { createExtension, test } from "./support/portal";
import { signInOf } from "./support/stack";
import { guessAt } from "./support/thief";

const customer = () => signInOf("customer", "admin");
const operator = () => signInOf("operator", "owner");
/** Nobody is at home there, and no other test is banned with it. */
const THIEF = "127.7.9.1";

test("from an alert's link to contained with two keys, and let go again with two clicks", async ({
  page,
  enter,
  resume,
  openPhone,
}) => {
  await enter(customer());
  const made = await createExtension(page, customer().tenantSlug, "Night desk");
  const phone = await openPhone(made);
  await phone.register();
  const call = await phone.call("015112345678");
  await call.answered;
  await guessAt(made.username, THIEF);

  await page.context().clearCookies();
  await enter(operator());
  await page.goto(`/t/${operator().tenantSlug}/incidents?q=${made.username}`);
  const link = page.locator("[data-row]").first();
  await expect(link).toBeVisible();
  const alert = (await link.getAttribute("href")) ?? "";

  await page.goto(`/t/${operator().tenantSlug}/incidents${alert}`);
  const person = handOn(page);
  const room = page.getByRole("complementary");
  await expect(room.getByRole("button", { name: "Contain…" })).toBeEnabled();
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  await test.step("C opens the sheet with what would be done", async () => {
    await person.press("c");
    await expect(page.getByRole("dialog").getByRole("button", { name: /^Contain / })).toBeVisible();
    await expect(page.getByRole("dialog").getByLabel("Why")).toBeFocused();
  });
  await test.step("Enter does it: the call ends, and the sheet says how long it took", async () => {
    await person.press("Enter");
    expect((await call.ended).side).toBe("them");
    await expect(page.getByRole("dialog").getByText(/: contained in /)).toBeVisible();
  });
  expect(person.spent.keys).toBeLessThanOrEqual(3);
  expect(person.spent.clicks).toBe(0);
  await eachLook(page);

  await test.step("the customer reads what happened to its phone, and nothing that is the desk's alone", async () => {
    await page.context().clearCookies();
    await resume(customer());
    await page.goto(`/t/${customer().tenantSlug}/notices`);
    const notice = page.getByRole("listitem").filter({ hasText: "Night desk" }).first();
    await expect(notice).toContainText("its calls are stopped for now, its secret was changed");
    await expect(page.getByText("set the phone up again with its new secret").first()).toBeVisible();
    await expect(page.getByRole("main")).not.toContainText(/Failed sign-ins from|127\.7\.9\./);
    await page.context().clearCookies();
    await resume(operator());
    await page.goto(`/t/${operator().tenantSlug}/incidents${alert}`);
  });

  const release = page.getByRole("button", { name: "Release", exact: true });
  await test.step("let go: two clicks", async () => {
    await withClicks(page, 2, async (hand) => {
      await hand.click(page.getByRole("button", { name: "Release…", exact: true }));
      await eachLook(page);
      await hand.click(release);
      await expect(room.getByText(/^let go/)).toBeVisible();
    });
  });
  await test.step("contained again with three clicks, and let go with three keys", async () => {
    const dialog = page.getByRole("dialog");
    await withClicks(page, 3, async (hand) => {
      await hand.click(room.getByRole("button", { name: "Contain…" }));
      await hand.click(dialog.getByRole("button", { name: /^Contain / }));
      await expect(dialog.getByText(/: contained in /)).toBeVisible();
      await hand.click(dialog.getByRole("button", { name: "Close", exact: true }).last());
    });
    await withKeys(page, 3, async (hand) => {
      await hand.press("r");
      await expect(dialog.getByRole("button", { name: "Keep it contained" })).toBeFocused();
      await hand.tabTo(release);
      await hand.press("Enter");
      await expect(room.getByText(/^let go/)).toHaveCount(2);
    });
  });
});

async function eachLook(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: "light" });
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  if (wide) await page.setViewportSize(wide);
}
