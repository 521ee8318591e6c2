import { expect } from "@playwright/test";

import { filled } from "./support/filled";
import { handOn, openPage } from "./support/hand";
import { test } from "./support/portal";
import { signInOf } from "./support/stack";

test("a person hides a column and moves the rows closer together, by keyboard, and finds every list so again", async ({
  page,
  resume,
}) => {
  const who = signInOf("customer", "owner");
  await resume(who);
  await openPage(page, `/t/${who.tenantSlug}/extensions`);
  await filled(page);
  const hand = handOn(page);
  const head = (name: string | RegExp) => page.getByRole("columnheader", { name });
  const menu = page.getByRole("button", { name: "Columns and rows" });
  const height = async () => (await page.locator("[data-list] tbody tr").first().boundingBox())?.height ?? 0;
  const wide = await height();
  await expect(head("Device")).toBeVisible();

  await menu.focus();
  await hand.press("Enter");
  const device = page.getByRole("checkbox", { name: "Device" });
  await hand.tabTo(device);
  await hand.press("Space");
  await expect(device).not.toBeChecked();
  await expect(head("Device")).toHaveCount(0);
  await expect(page.getByRole("checkbox", { name: "Number" }), "what a row is about stays").toHaveCount(0);
  await hand.tabTo(page.getByRole("checkbox", { name: "Rows closer together, in all lists" }));
  await hand.press("Space");
  await expect.poll(height).toBeLessThan(wide);
  await hand.press("Escape");
  await expect(menu).toBeFocused();
  const kept = async () => (await page.context().cookies()).find(({ name }) => name === "ringfence-look")?.value;
  await expect.poll(kept).toMatch(/compact.*extensions(:|%3A)device/);

  const first = (await (await page.request.get(page.url())).text()).replace(/<script.*?<\/script>/gs, "");
  expect(first, "the first answer hides its head").toMatch(/<th class="[^"]*sm:hidden[^"]*"[^>]*>Device/);
  await page.reload();
  await filled(page);
  await expect(head("Address")).toBeVisible();
  await expect(head("Device")).toHaveCount(0);
  expect(await height()).toBeLessThan(wide);

  await openPage(page, `/t/${who.tenantSlug}/calls`);
  await filled(page);
  await expect(head("Talk"), "another list has all of its own").toBeVisible();
  await menu.click();
  await page.getByRole("checkbox", { name: "Talk" }).click();
  await expect(head("Talk")).toHaveCount(0);
  await page.getByRole("checkbox", { name: "Talk" }).click();
  await expect(head("Talk")).toBeVisible();
});
