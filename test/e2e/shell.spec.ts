import { expect } from "@playwright/test";

import { createExtension, rowOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

const DIALLED = "015112345678";

test("the shell by keyboard: another tenant on the same page, the list of keys, and the clock", async ({
  page,
  enter,
}) => {
  await enter(signInOf("reseller", "owner"));
  await page.goto("/t/hansa/calls");
  const live = page.getByTitle("Changes appear by themselves");
  await expect(live).toBeVisible();

  await test.step("Ctrl Shift T, a part of the name, Enter: the calls of that tenant", async () => {
    await page.keyboard.press("Control+Shift+T");
    await expect(page.getByLabel("Find a tenant")).toBeFocused();
    await page.keyboard.type("bakery");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/t\/bakery\/calls$/);
    await expect(page.getByText("You act for")).toBeVisible();
    await expect(live).toBeVisible();
  });
  await test.step("T T shows the times in UTC, which the server knows of with the next page", async () => {
    const head = page.getByRole("columnheader", { name: /UTC/ });
    /** Does it, and waits until the server keeps it. */
    const kept = async (choose: () => Promise<unknown>) => {
      const saved = page.waitForResponse(
        (answer) => answer.request().method() === "POST" && answer.url().endsWith("/calls"),
      );
      await choose();
      await saved;
    };
    // Together, since a slow machine must not come between the two.
    const twice = () => Promise.all([page.keyboard.press("t"), page.keyboard.press("t")]);
    await expect(head).toHaveCount(0);
    await kept(twice);
    await expect(head).toHaveCount(1);
    await kept(twice);
    await expect(head).toHaveCount(0);
    await page.getByRole("button", { name: "Your account" }).click();
    const clocks = page.getByRole("group", { name: "Times" });
    await kept(() => clocks.getByText("UTC", { exact: true }).click());
    expect(await (await page.request.get("/t/bakery/calls")).text()).toMatch(/<th[^>]*>(?:<[^>]*>)*[^<]*UTC/);
    await kept(() => clocks.locator('label:has([value="tenant"])').click());
    await page.keyboard.press("Escape");
    await expect(head).toHaveCount(0);
  });
  await test.step("? lists the keys, and single keys can be switched off and on", async () => {
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(sheet.getByText("Switch tenant", { exact: true })).toBeVisible();
    await expect(sheet.getByText("Next and previous row, also with a panel open")).toBeVisible();
    await sheet.getByLabel("Single-key shortcuts are on").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect(sheet).toHaveCount(0);
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await sheet.getByLabel("Single-key shortcuts are on").check();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect(sheet).toBeVisible();
  });
});

test("two people at one thing: the second is told, and nothing typed is lost", async ({ page, enter, context }) => {
  await enter(signInOf("customer", "owner"));
  await page.goto("/t/bakery/limits");
  await expect(page.getByTitle("Changes appear by themselves")).toBeVisible();
  const cap = page.locator("[name=monthlyCap]").first();
  const before = await cap.inputValue();
  await cap.fill("777");

  const other = await context.newPage();
  await other.goto("/t/bakery/limits");
  await other.locator("[name=monthlyCap]").first().fill("555");
  await other.getByRole("button", { name: "Save limits" }).first().click();
  await expect(page.getByText("Somebody else changed this while you typed")).toBeVisible();
  await expect(cap).toHaveValue("777");
  await other.locator("[name=monthlyCap]").first().fill(before);
  await other.getByRole("button", { name: "Save limits" }).first().click();
  await other.close();

  await test.step("the name in the settings: said at the field, changed and changed back", async () => {
    await page.goto("/t/bakery/settings");
    const dialog = page.getByRole("dialog", { name: "Rename" });
    const rename = async (name: string) => {
      await page.getByRole("button", { name: "Rename…" }).click();
      await dialog.getByLabel("Name").fill(name);
      await dialog.getByRole("button", { name: "Save name" }).click();
    };
    await page.getByRole("button", { name: "Rename…" }).click();
    const name = await dialog.getByLabel("Name").inputValue();
    await dialog.getByRole("button", { name: "Close" }).click();
    await rename("");
    await expect(dialog.locator("[aria-invalid]")).toBeVisible();
    await dialog.getByRole("button", { name: "Close" }).click();
    await rename(`${name} & Sons`);
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("button", { name: `Tenant: ${name} & Sons. Switch tenant` })).toBeVisible();
    await rename(name);
    await expect(page.getByRole("button", { name: `Tenant: ${name}. Switch tenant` })).toBeVisible();
  });
});

test("many calls are hung up at once", async ({ page, enter, openPhone }) => {
  const customer = signInOf("customer", "admin");
  await enter(customer);
  const made = await createExtension(page, customer.tenantSlug, "Runaway");
  const phone = await openPhone(made);
  await phone.register();
  await page.getByRole("button", { name: "Done" }).click();
  await page.goto(`/t/${customer.tenantSlug}/live`);
  const calls = [await phone.call(DIALLED), await phone.call(DIALLED)];
  for (const call of calls) await call.answered;
  const rows = rowOf(page, made);
  await expect(rows).toHaveCount(2);
  await page.getByLabel("Choose all calls shown").check();
  await page.getByRole("region", { name: "Chosen calls" }).getByRole("button", { name: "Hang up 2 calls" }).click();
  for (const call of calls) await call.ended;
  await expect(rows).toHaveCount(0);
});

test("the portal can be installed, and its first answer has the theme that was chosen", async ({ page, enter }) => {
  await enter(signInOf("customer", "owner"));
  const link = page.locator("link[rel=manifest]");
  const manifest = await (await page.request.get((await link.getAttribute("href")) ?? "")).json();
  expect(manifest).toMatchObject({ display: "standalone", start_url: "/", scope: "/" });
  expect(manifest.icons).toHaveLength(3);
  for (const { src, type } of manifest.icons) {
    const icon = await page.request.get(src);
    expect([icon.status(), icon.headers()["content-type"]]).toEqual([200, type]);
  }
  const first = async () => /<html[^>]*>/.exec(await (await page.request.get("/account")).text())?.[0];
  expect(await first()).not.toContain("data-theme");
  await page.getByRole("button", { name: "Your account" }).click();
  const kept = page.waitForResponse((answer) => answer.request().method() === "POST");
  await page.getByRole("group", { name: "Theme" }).getByText("Dark").click();
  await kept;
  expect(await first()).toContain('data-theme="dark"');
});
