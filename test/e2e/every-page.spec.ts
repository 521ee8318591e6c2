import { expect, type Locator, type Page, type Request } from "@playwright/test";

import { expectAccessible, expectAccessibleInBoth } from "./support/axe";
import { failFromNowOn } from "./support/failing";
import { coming, filled } from "./support/filled";
import { openPage } from "./support/hand";
import { expectFiguresNamed } from "./support/named";
import { newcomer } from "./support/newcomer";
import { dialogs, outside, places } from "./support/places";
import { test } from "./support/portal";
import { signInOf, stack } from "./support/stack";
import { watch, watched } from "./support/watch";

/** Of the window, times how far: what moves a button away from under a hand. */
const SHIFT = 0.02;

// What is wrong is told by axe; a picture of the page before and after each look would take as long as the look.
test.use({ trace: "off" });

test("the check finds what is wrong", async ({ page }) => {
  await page.setContent('<html lang="en"><title>Planted</title><main><h1>Planted</h1><button></button></main></html>');
  await expect(expectAccessible(page)).rejects.toThrow(/button-name/);
  const pale = '<p style="color: oklch(0.9 0 0); background: white">Pale</p>';
  await page.setContent(`<html lang="en"><title>Planted</title><main><h1>Planted</h1>${pale}${pale}</main></html>`);
  await expect(expectAccessible(page)).rejects.toThrow(
    /color-contrast.*p:nth-child\(2\).*\n*.*color-contrast.*p:nth-child\(3\)/s,
  );
  await expect(expectAccessible(page, "colours")).rejects.toThrow(/color-contrast/);
});

test("the check finds what moves", async ({ page }) => {
  await watch(page);
  await page.goto("/sign-in");
  await settled(page, "Sign in");
  await expectStill(page);
  await page.evaluate(() =>
    document.body.prepend(Object.assign(document.createElement("p"), { style: "height: 300px" })),
  );
  await expect.poll(async () => (await watched(page)).shift).toBeGreaterThan(SHIFT);
  await expect(expectStill(page)).rejects.toThrow(/Sign in/);
});

test("the check finds what is still on its way", async ({ page, resume }) => {
  const who = signInOf("reseller", "owner");
  await resume(who);
  let answer = () => {};
  const asked = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/trpc/**", async (route) => {
    await asked;
    await route.continue();
  });
  await openPage(page, `/t/${who.tenantSlug}/tenants`);
  await page.getByRole("button", { name: "New tenant" }).click();
  await expect(coming(page).filter({ hasText: "Loading" }).first()).toBeVisible();
  answer();
  await filled(page);
  await expect(page.getByRole("dialog").getByLabel("Company")).toBeVisible();
});

test("the check finds a figure without a name", async ({ page }) => {
  const table = (name: string) =>
    `<div data-list><table><caption>Trunks</caption><thead><tr><th>Trunk<th>Calls now</thead>
     <tbody><tr style="display: grid"><td style="grid-area: 1 / 1">7<td>Silent<td${name}>12.00 EUR</table></div>`;
  await page.setContent(`<style>[data-head]:before { content: attr(data-head) }</style>${table(' data-head="Paid"')}`);
  await expectFiguresNamed(page);
  await page.setContent(table(""));
  await expect(expectFiguresNamed(page)).rejects.toThrow(/Trunks: /);
});

for (const place of places) {
  const [kind, role] = place.as;
  test(`${kind}: ${place.page || "home"} stays where it is, is accessible in light and dark, and fits a phone`, async ({
    page,
    resume,
  }) => {
    const who = signInOf(kind, role);
    await resume(who);
    await watch(page);
    const quiet = asking(page);
    await page.goto(`/t/${who.tenantSlug}${place.page}`);
    await settled(page, place.heading);
    await quiet();
    await expectStill(page);
    await eachLook(page);
    if ("row" in place) {
      await page.locator("[data-row]").first().click();
      await expect(page.getByRole("complementary").getByRole("heading").first()).toBeVisible();
      await filled(page);
      await eachLook(page);
    }
    if ("fails" in place) await failedLook(page);
  });
}

/** What they show does not depend on what a tenant has. */
const neverEmpty = ["/settings", "/developers", "/team"];

test("every page of a tenant that has nothing yet is accessible", async ({ browser, page, resume }) => {
  const who = await newcomer(browser, stack().appUrl, signInOf("reseller", "owner"));
  await resume(who);
  for (const place of places.filter(({ as, page: path }) => as[0] === "customer" && !neverEmpty.includes(path))) {
    await page.goto(`/t/${who.tenantSlug}${place.page}`);
    await settled(page, place.heading);
    await expectAccessible(page);
  }
});

test("what a telephone shows stays where it is while it is filled", async ({ page, resume }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await watch(page);
  for (const place of places.filter((one) => "fails" in one || one.page === "" || one.page === "/balance")) {
    const [kind, role] = place.as;
    const who = signInOf(kind, role);
    await page.context().clearCookies();
    await resume(who);
    const quiet = asking(page);
    await page.goto(`/t/${who.tenantSlug}${place.page}`);
    await settled(page, place.heading);
    await quiet();
    await expectStill(page);
  }
});

for (const [path, heading] of outside) {
  test(`signed out: ${path} is accessible in light and dark, and fits a phone`, async ({ page }) => {
    await page.goto(path);
    await settled(page, heading);
    await eachLook(page);
  });
}

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

test("with the reader's own colours, where one is and what is chosen are still told", async ({ page, resume }) => {
  const who = signInOf("customer", "owner");
  await resume(who);
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto(`/t/${who.tenantSlug}/reports`);
  await settled(page, "Reports");
  const lined = async (one: Locator) => one.evaluate((element) => getComputedStyle(element).outlineStyle);
  const navigation = page.getByRole("navigation").first();
  expect(await lined(navigation.locator("[aria-current=page]")), "the page in the list of pages").toBe("solid");
  expect(await lined(navigation.locator("a:not([aria-current])").first())).toBe("none");
  expect(await lined(page.locator("[aria-pressed=true]").first()), "a choice that is on").toBe("solid");
  expect(await lined(page.locator("[aria-pressed=false]").first())).toBe("none");
  await page.keyboard.press("Tab");
  expect(await lined(page.locator(":focus")), "the focus").toBe("solid");
});

async function settled(page: Page, heading: string | RegExp): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await filled(page);
}

/**
 * Counts what the page asks for from now on. @returns waits until it is awake, has every answer and has drawn it: what changes
 * later is news.
 */
function asking(page: Page): () => Promise<void> {
  const open = new Set<Request>();
  let asked = 0;
  // The line on which news comes stays open.
  page.on("request", (one) => {
    if (one.resourceType() === "eventsource") return;
    open.add(one);
    asked += 1;
  });
  const ended = (one: Request) => void open.delete(one);
  page.on("requestfinished", ended);
  page.on("requestfailed", ended);
  const drawn = () =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return async () => {
    await expect(page.getByTitle("Changes appear by themselves")).toBeAttached();
    await expect
      .poll(async () => {
        const before = asked;
        const waited = open.size;
        await drawn();
        return waited + open.size + asked - before;
      })
      .toBe(0);
    await filled(page);
  };
}

/** What came late found its room kept. */
async function expectStill(page: Page): Promise<void> {
  const { shift, moved } = await watched(page);
  expect(shift, `moved: ${moved.join(", ")}`).toBeLessThanOrEqual(SHIFT);
}

/** What was there stays and is called old; what is looked for anew says that nobody answered, and offers to try again. */
async function failedLook(page: Page): Promise<void> {
  // Asleep it would not hear that somebody comes back.
  await expect(page.getByTitle("Changes appear by themselves")).toBeAttached();
  await failFromNowOn(page);
  await expect(page.getByText("What you see may be old.").first()).toBeVisible();
  const search = page.getByRole("main").locator('input[data-shortcut="/"]');
  if (await search.isVisible()) {
    await search.fill("something else");
    await expect(page.getByRole("alert").getByRole("button", { name: "Try again" }).first()).toBeVisible();
  }
  await expectAccessibleInBoth(page);
}

async function expectNothingSticksOut(page: Page, width: number): Promise<void> {
  // What measures itself follows the window a frame later.
  const sideways = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(sideways, { message: `nothing sticks out at ${width} px` }).toBe(0);
}

/** Wide in both themes, and as a phone, where nothing may scroll sideways. */
async function eachLook(page: Page): Promise<void> {
  await expectAccessibleInBoth(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await expectNothingSticksOut(page, 390);
  await expectFiguresNamed(page);
  // As wide as a page of 1280 is when it is enlarged four times.
  await page.setViewportSize({ width: 320, height: 640 });
  await expectNothingSticksOut(page, 320);
  await page.setViewportSize({ width: 1280, height: 900 });
}
