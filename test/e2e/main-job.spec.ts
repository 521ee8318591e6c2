import { expect } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { createExtension, factOf, microsOf, rowOf, sectionOf, test, textOf } from "./support/portal";
import { signInOf } from "./support/stack";

const customer = () => signInOf("customer", "admin");
/** A mobile number in the customer's own country, which its plan has a price for. */
const DIALLED = "015112345678";
const TO = "+49 1511 2345678";

test("from the sign-in to the price of a call, as a person does it", async ({ page, enter, openPhone }) => {
  const { tenantSlug } = customer();
  await enter(customer());

  const before = await test.step("look at the balance", async () => {
    await page.goto(`/t/${tenantSlug}/balance`);
    return microsOf(factOf(page.getByRole("main"), "Settled").locator("[title]"));
  });

  const made = await test.step("create an extension, which asks for a name only", () =>
    createExtension(page, tenantSlug, "Front door"));
  const connect = page.getByRole("dialog", { name: "Connect a phone to Front door" });
  expect(made.secret.length).toBeGreaterThanOrEqual(24);

  const phone = await openPhone(made);
  await test.step("a wrong secret is named while one watches", async () => {
    const wrong = await openPhone({ username: made.username, secret: `${made.secret.slice(1)}x` });
    await expect(wrong.register()).rejects.toMatchObject({ sipCode: 401 });
    await expect(connect.getByText(/^Wrong password/)).toBeVisible();
  });
  await test.step("the right one registers, and the panel says so by itself", async () => {
    await phone.register();
    await expect(connect.getByText("Registered", { exact: true })).toBeVisible();
    await expectAccessible(page);
  });
  await test.step("the secret is shown once and never again", async () => {
    await connect.getByRole("button", { name: "Done" }).click();
    await page.reload();
    await expect(rowOf(page, made)).toContainText("Registered");
    expect(await page.content()).not.toContain(made.secret);
  });

  const [talkMs, wholeMs] = await test.step("the live page counts the call while it lasts", async () => {
    await page.goto(`/t/${tenantSlug}/live`);
    const dialledAt = performance.now();
    const call = await phone.call(DIALLED);
    await call.answered;
    const row = rowOf(page, made);
    await expect(row).toContainText("Talking");
    await expect(row).toContainText(TO);
    // Whoever looks seldom sees not every second.
    const counted = row.getByText(/^\d+:\d\d$/);
    const seen = secondsOf(await textOf(counted));
    await expect.poll(async () => secondsOf(await textOf(counted))).toBeGreaterThanOrEqual(seen + 2);
    await expect.poll(() => microsOf(row.locator("[title$=EUR]").last())).toBeGreaterThan(0n);
    call.hangUp();
    const end = await call.ended;
    await expect(row).toHaveCount(0);
    return [end.talkMs, performance.now() - dialledAt];
  });

  await test.step("the calls list has it, and its panel explains the price", async () => {
    await page.goto(`/t/${tenantSlug}/calls`);
    const row = rowOf(page, made).filter({ hasText: TO });
    await expect(row).toContainText("Answered");
    await row.getByRole("link").click();
  });
  const panel = page.getByRole("complementary", { name: `Call to ${TO}` });
  const receipt = sectionOf(panel, "Why this price");
  const cost = await microsOf(receipt.locator("dl [title]").last());

  await test.step("the receipt's figures are the arithmetic", async () => {
    const perMinute = amount(await textOf(factOf(receipt, "Price per minute")));
    const fee = (await factOf(receipt, "Connection fee").count())
      ? amount(await textOf(factOf(receipt, "Connection fee")))
      : 0n;
    const rounding = await textOf(receipt.locator("dt", { hasText: "Rounded" }));
    const [first = 0, next = 1] = rounding.replace("Rounded ", "").split("/").map(Number);
    const [, begun] = /(\d+) begun/.exec(await textOf(factOf(receipt, "Talk time"))) ?? [];
    const seconds = Number(begun);
    // The phone hears of the answer after the PBX, and speaks of the end before it.
    expect(seconds, "not less than the phone measured").toBeGreaterThanOrEqual(Math.ceil(talkMs / 1000));
    expect(seconds, "nor more than there was").toBeLessThanOrEqual(Math.ceil(wholeMs / 1000));
    const billed = seconds <= first ? first : first + Math.ceil((seconds - first) / next) * next;
    await expect(factOf(receipt, "Rounded")).toContainText(`${billed} s`);
    expect(cost).toBe(fee + (BigInt(billed) * perMinute + 59n) / 60n);
  });
  await test.step("the ledger and the balance moved by exactly that", async () => {
    const ledger = sectionOf(panel, "In the ledger");
    expect(await microsOf(ledger.locator("tbody [title$=EUR]").first())).toBe(-cost);
    await page.goto(`/t/${tenantSlug}/balance`);
    const settled = factOf(page.getByRole("main"), "Settled").locator("[title]");
    expect(await microsOf(settled)).toBe(before - cost);
    expect(await microsOf(factOf(page.getByRole("main"), "Reserved").locator("[title]"))).toBe(0n);
  });
});

/** "1:04" in seconds. */
function secondsOf(text: string): number {
  const [minutes = 0, seconds = 0] = text.split(":").map(Number);
  return minutes * 60 + seconds;
}

/** "€0.0125" as micros. */
function amount(text: string): bigint {
  const [, whole = "0", fraction = ""] = /(\d+)\.?(\d*)/.exec(text.replaceAll(",", "")) ?? [];
  return BigInt(whole + fraction.padEnd(6, "0"));
}
