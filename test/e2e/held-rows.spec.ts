import { expect } from "@playwright/test";

import { openPage } from "./support/hand";
import { createExtension, rowOf, test } from "./support/portal";
import { act } from "./support/procedures";
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

test("rows stay where they are under a form that was opened over them, and what is written in it stays", async ({
  page,
  resume,
}) => {
  const customer = signInOf("customer", "admin");
  const { tenantSlug } = customer;
  await resume(customer);
  await openPage(page, `/t/${tenantSlug}/extensions`);
  const first = page.locator("tbody tr").first();
  await page.keyboard.press("j");
  await expect(first.locator("[data-row]")).toBeFocused();
  const [at, said] = [await first.boundingBox(), (await first.textContent()) ?? ""];
  await page.keyboard.press("n");
  const name = page.getByRole("dialog", { name: "New extension" }).getByLabel("Name");
  await name.fill("Half written");

  // Shorter numbers stand above longer ones.
  const made = await act(page, "extensions.create", { tenantSlug, number: "98", displayName: "Came meanwhile" });
  expect(made.status).toBe(200);
  try {
    await expect(page.getByText("Show 1 new")).toBeVisible();
    await expect(page.getByText("Came meanwhile")).toHaveCount(0);
    expect([await first.boundingBox(), await first.textContent()]).toEqual([at, said]);
    await expect(name).toHaveValue("Half written");
    await page.keyboard.press("Escape");
    await expect(first.locator("[data-row]")).toBeFocused();
    expect([await first.boundingBox(), await first.textContent()]).toEqual([at, said]);
    await page.getByRole("button", { name: "Show 1 new" }).click();
    await expect(first).toContainText("Came meanwhile");
  } finally {
    const { id: extensionId } = made.data as { id: string };
    await act(page, "extensions.delete", { tenantSlug, extensionId });
  }
});
