import { expect } from "@playwright/test";

import { createExtension, rowOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

const DIALLED = "015112345678";

test("the hang-up button under the pointer stays that of its call while others come and go", async ({
  page,
  enter,
  openPhone,
}) => {
  const customer = signInOf("customer", "admin");
  await enter(customer);
  const desk = async (name: string) => {
    const made = await createExtension(page, customer.tenantSlug, name);
    const phone = await openPhone(made);
    await phone.register();
    return { made, phone, row: rowOf(page, made) };
  };
  const [early, meant, late] = [await desk("Early desk"), await desk("Meant desk"), await desk("Late desk")];
  await page.goto(`/t/${customer.tenantSlug}/live`);

  const ending = await early.phone.call(DIALLED);
  await ending.answered;
  await expect(early.row).toContainText("Talking");
  const staying = await meant.phone.call(DIALLED);
  await staying.answered;
  await expect(meant.row).toContainText("Talking");

  const button = meant.row.getByRole("button", { name: "Hang up" });
  await button.hover();
  const at = await button.boundingBox();
  await test.step("a call above ends and keeps its place, greyed", async () => {
    ending.hangUp();
    await expect(page.locator("tbody tr[inert]")).toContainText("Early desk");
    expect(await button.boundingBox()).toEqual(at);
  });
  await test.step("a new one is counted", async () => {
    const coming = await late.phone.call(DIALLED);
    await coming.answered;
    await expect(page.getByRole("button", { name: "Show 1 new" })).toBeVisible();
    await expect(late.row).toHaveCount(0);
    expect(await button.boundingBox()).toEqual(at);
  });
  await test.step("with the focus in the list it is the same when the pointer is elsewhere", async () => {
    await button.focus();
    await page.mouse.move(0, 0);
    await expect(page.getByRole("button", { name: "Show 1 new" })).toBeVisible();
    expect(await button.boundingBox()).toEqual(at);
  });
  await test.step("all are shown when nobody holds them any more", async () => {
    await button.blur();
    await expect(late.row).toContainText("Talking");
    await expect(early.row).toHaveCount(0);
  });
});
