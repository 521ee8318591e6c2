import { expect } from "@playwright/test";

import { createExtension, rowOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

test("a suspended extension is refused everything but emergency numbers", async ({ page, enter, openPhone }) => {
  const customer = signInOf("customer", "admin");
  await enter(customer);
  const made = await createExtension(page, customer.tenantSlug, "Left the company");
  const phone = await openPhone(made);
  await phone.register();

  await page.getByRole("button", { name: "Done" }).click();
  const row = rowOf(page, made);
  await expect(row).toContainText("Registered");
  await row.getByRole("link").click();
  const panel = page.getByRole("complementary", { name: `${made.number} Left the company` });
  await panel.getByRole("button", { name: "Suspend extension" }).click();
  await expect(row).toContainText("Suspended");

  const refused = await phone.call("015112345678");
  await expect(refused.answered).rejects.toThrow();
  expect((await refused.ended).sipCode).toBe(403);
  // Registering goes on: without it the emergency number could not be dialled.
  await phone.register();
  const emergency = await phone.call("112");
  await emergency.answered;
  emergency.hangUp();
  await emergency.ended;

  await page.goto(`/t/${customer.tenantSlug}/calls`);
  const rows = rowOf(page, made);
  const toEmergency = rows.filter({ has: page.locator("bdi", { hasText: /^112$/ }) });
  await expect(toEmergency).toContainText("Answered");
  await expect(rows.filter({ hasText: "The extension is suspended" })).toContainText("Blocked");

  await page.goto(`/t/${customer.tenantSlug}/extensions`);
  await row.getByRole("link").click();
  await panel.getByRole("button", { name: "Resume extension" }).click();
  await expect(row).toContainText("Registered");
});
