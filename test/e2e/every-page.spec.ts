import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { test } from "./support/portal";
import { signInOf } from "./support/stack";

/** Pages by who may open them; `row` opens the panel of the first row as well. */
const places = [
  { as: ["customer", "owner"], page: "", heading: /./ },
  { as: ["customer", "owner"], page: "/calls", heading: "Calls", row: true },
  { as: ["customer", "owner"], page: "/live", heading: "Live calls" },
  { as: ["customer", "owner"], page: "/extensions", heading: "Extensions", row: true },
  { as: ["customer", "owner"], page: "/numbers", heading: "Numbers", row: true },
  { as: ["operator", "owner"], page: "/numbers", heading: "Numbers", row: true },
  { as: ["customer", "owner"], page: "/balance", heading: "Balance" },
  { as: ["customer", "owner"], page: "/statements", heading: "Statements" },
  { as: ["customer", "owner"], page: "/limits", heading: "Limits", row: true },
  { as: ["customer", "owner"], page: "/destinations", heading: "Destinations" },
  { as: ["customer", "owner"], page: "/plans", heading: /./ },
  { as: ["customer", "owner"], page: "/team", heading: "Team" },
  { as: ["operator", "owner"], page: "/notifications", heading: "Notifications" },
  { as: ["customer", "owner"], page: "/notices", heading: "Notices" },
  { as: ["operator", "owner"], page: "/team/roles", heading: "What each role may do" },
  { as: ["customer", "owner"], page: "/audit", heading: "Audit", row: true },
  { as: ["reseller", "owner"], page: "", heading: /./ },
  { as: ["reseller", "owner"], page: "/tenants", heading: "Tenants" },
  { as: ["reseller", "owner"], page: "/tenants?open=bakery", heading: "Tenants" },
  { as: ["operator", "owner"], page: "/retention", heading: "Retention" },
  { as: ["reseller", "owner"], page: "/plans", heading: "Plans" },
  { as: ["reseller", "owner"], page: "/plans/decks", heading: "Rate decks" },
  { as: ["customer", "owner"], page: "/disputes", heading: "Disputes" },
  { as: ["reseller", "owner"], page: "/disputes", heading: "Disputes" },
  { as: ["reseller", "owner"], page: "/disputes/rerate", heading: "Re-rate calls" },
  { as: ["reseller", "owner"], page: "/vouchers", heading: "Vouchers" },
  { as: ["reseller", "owner"], page: "/approvals", heading: "Approvals" },
  { as: ["operator", "owner"], page: "/approvals", heading: "Approvals" },
  { as: ["operator", "owner"], page: "/tenants", heading: "Tenants" },
  { as: ["operator", "owner"], page: "/reconciliation", heading: "Reconciliation" },
  { as: ["operator", "owner"], page: "/system", heading: "System" },
  { as: ["operator", "owner"], page: "/live", heading: "Live calls" },
  { as: ["operator", "owner"], page: "/incidents", heading: "Incidents" },
  { as: ["operator", "owner"], page: "/rules", heading: "Rules", row: true },
  { as: ["reseller", "owner"], page: "/rules", heading: "Rules", row: true },
  { as: ["operator", "owner"], page: "/blocks", heading: "Blocks" },
  { as: ["customer", "owner"], page: "/blocks", heading: "Blocks" },
] as const;

test("the check finds what is wrong", async ({ page }) => {
  await page.setContent('<html lang="en"><title>Planted</title><main><h1>Planted</h1><button></button></main></html>');
  await expect(expectAccessible(page)).rejects.toThrow(/button-name/);
});

for (const place of places) {
  const [kind, role] = place.as;
  test(`${kind}: ${place.page || "home"} is accessible in light and dark, and fits a phone`, async ({
    page,
    resume,
  }) => {
    const who = signInOf(kind, role);
    await resume(who);
    await page.goto(`/t/${who.tenantSlug}${place.page}`);
    await settled(page, place.heading);
    await eachLook(page);
    if (!("row" in place)) return;
    await page.locator("[data-row]").first().click();
    await expect(page.getByRole("complementary").getByRole("heading").first()).toBeVisible();
    await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
    await eachLook(page);
  });
}

const outside = [
  ["/sign-in", "Sign in"],
  ["/invitation#nothing-of-that-name", "Set up your access"],
  ["/forgot", "Choose a new password"],
  ["/reset#nothing-of-that-name", "Choose a new password"],
  ["/t/nobody-of-that-name", /./],
] as const;

for (const [path, heading] of outside) {
  test(`signed out: ${path} is accessible in light and dark, and fits a phone`, async ({ page }) => {
    await page.goto(path);
    await settled(page, heading);
    await eachLook(page);
  });
}

const dialogs = [
  ["customer", "/extensions", "New extension"],
  ["reseller", "/tenants", "New tenant"],
  ["operator", "/notifications", "Add…"],
  ["reseller", "/plans", "New plan"],
  ["reseller", "/balance", "Give credit…"],
  ["operator", "/incidents", "Open an incident…"],
  ["reseller", "/vouchers", "New batch…"],
  ["operator", "/numbers", "Add number"],
  ["operator", "/blocks", "Ban an address…"],
] as const;

for (const [kind, path, opener] of dialogs) {
  test(`${kind}: the dialog behind "${opener}" is accessible in light and dark, and fits a phone`, async ({
    page,
    resume,
  }) => {
    const who = signInOf(kind, "owner");
    await resume(who);
    await page.goto(`/t/${who.tenantSlug}${path}`);
    await page.getByRole("button", { name: opener }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("textbox").first()).toBeVisible();
    await dialog.getByRole("button", { name: /^(Create|Make|Give|Add|Open)/ }).click();
    await expect(dialog.locator("[aria-invalid]").first(), "with its problems shown").toBeVisible();
    await eachLook(page);
  });
}

test("my account is accessible in light and dark, and fits a phone", async ({ page, resume }) => {
  await resume(signInOf("customer", "owner"));
  await page.goto("/account");
  await settled(page, "Security of my account");
  await eachLook(page);
  await page.getByRole("button", { name: "Change password…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("dialog").locator("[aria-invalid]").first(), "with its problems shown").toBeVisible();
  await eachLook(page);
});

async function settled(page: Page, heading: string | RegExp): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await expect(page.getByRole("status").filter({ hasText: "Loading" })).toHaveCount(0);
}

/** Wide in both themes, and as a phone, where nothing may scroll sideways. */
async function eachLook(page: Page): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(sideways, "nothing sticks out at 390 px").toBe(0);
  await page.setViewportSize({ width: 1280, height: 900 });
}
