import { expect } from "@playwright/test";

import { createExtension, rowOf, sectionOf, test } from "./support/portal";
import { signInOf } from "./support/stack";
import { keepToasts } from "./support/toasts";

test("a refused call says why in its row, and its panel leads to what mends it", async ({ page, enter, openPhone }) => {
  const customer = signInOf("customer", "admin");
  await keepToasts(page);
  await enter(customer);
  const made = await createExtension(page, customer.tenantSlug, "Workshop");
  const phone = await openPhone(made);
  await phone.register();

  const closed = await phone.call("0081312345678");
  await expect(closed.answered).rejects.toThrow();
  expect((await closed.ended).sipCode).toBe(403);
  const nonsense = await phone.call("500&PJSIP/trunk");
  await expect(nonsense.answered).rejects.toThrow();
  expect((await nonsense.ended).sipCode).toBe(484);

  await page.goto(`/t/${customer.tenantSlug}/calls`);
  const rows = rowOf(page, made);
  await expect(rows.filter({ hasText: "The number is not complete or not valid" })).toContainText("Blocked");
  const row = rows.filter({ hasText: "Calls to this country are closed" });
  await expect(row).toContainText("Blocked");
  await row.getByRole("link").click();

  const panel = page.getByRole("complementary", { name: /^Call to / });
  const trace = sectionOf(panel, "Why it was refused");
  await expect(trace.getByRole("listitem").filter({ hasText: "Refused:" })).toContainText("Country open");
  await expect(panel.getByText("DST-01")).toBeVisible();
  await trace.getByRole("link", { name: "Open this country" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Where you can call");

  await test.step("opened with one switch, the same number goes through", async () => {
    await page.getByLabel(/^Country or code/).fill("Japan");
    const japan = page.getByRole("checkbox", { name: "Normal numbers of Japan" });
    await japan.check();
    await page.getByRole("button", { name: "Save, active now" }).click();
    await expect(page.getByText("The change is active now.")).toBeVisible();
    const again = await phone.call("0081312345678");
    await again.answered;
    again.hangUp();
    await again.ended;
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(japan).not.toBeChecked();
    await page.goto(`/t/${customer.tenantSlug}/calls`);
    await expect(rowOf(page, made).first()).toContainText("Answered");
  });
});
