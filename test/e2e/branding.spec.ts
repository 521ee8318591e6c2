import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";

import { teach } from "@/test/support/dns";
import { expectAccessible } from "./support/axe";
import { test, textOf } from "./support/portal";
import { signInOf, stack } from "./support/stack";
import { keepToasts } from "./support/toasts";

// Chromium takes every name below localhost for this machine.
const host = `phones-${randomBytes(4).toString("hex")}.quay.localhost`;
const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 20"><path d="M2 2h76v16h-76z" fill="#ffcc00"/></svg>`;

const accentOf = (page: Page) =>
  page
    .getByRole("button", { name: "Sign in", exact: true })
    .evaluate((button) => getComputedStyle(button).backgroundColor);

test("a reseller's customer comes in by its host name and sees its brand; the operator's portal stays as it is", async ({
  page,
  enter,
  browser,
}) => {
  const [reseller, operator] = [signInOf("reseller", "owner"), signInOf("operator", "owner")];
  const house = new URL(stack().appUrl);
  const there = `${house.protocol}//${host}:${house.port}`;
  await keepToasts(page);
  await enter(reseller);

  await test.step("chosen, with a colour that is too faint for text, and seen before it is saved", async () => {
    await page.goto(`/t/${reseller.tenantSlug}/branding`);
    await page.getByLabel("Name", { exact: true }).fill("Quay Telephones");
    await page.getByRole("textbox", { name: /^Colour/ }).fill("#ffcc00");
    await expect(page.getByText(/^On light pages your colour is too faint/)).toBeVisible();
    await expect(page.getByRole("region", { name: "Preview" })).toContainText("Quay Telephones");
    await page.getByRole("button", { name: "Save branding" }).click();
    await expect(page.getByText("Branding saved.")).toBeVisible();
    await page
      .getByLabel("File")
      .setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from(logo) });
    await expect(page.getByRole("button", { name: "Remove logo" })).toBeVisible();
  });

  await test.step("the host name is served once its DNS shows it", async () => {
    await page.getByLabel("Host name").fill(host);
    await page.getByRole("button", { name: "Use this name" }).click();
    await page.getByRole("button", { name: "Check the record" }).click();
    await expect(page.getByText("The record is not in the DNS yet.")).toBeVisible();
    await teach(stack().dnsServer, `_ringfence.${host}`, await textOf(page.getByText(/^ringfence-verify=/)));
    await page.getByRole("button", { name: "Check the record" }).click();
    await expect(page.getByText(`${host} is yours and is served.`)).toBeVisible();
  });

  const guest = await (await browser.newContext({ baseURL: there })).newPage();
  await test.step("its customer signs in there, in its brand", async () => {
    await guest.goto("/sign-in");
    await expect(guest).toHaveTitle("Sign in · Quay Telephones");
    await expect(guest.getByRole("img", { name: "Quay Telephones" })).toBeVisible();
    await expect(guest.getByText("Ringfence")).toHaveCount(0);
    expect(await accentOf(guest)).not.toBe("rgb(43, 85, 211)");
    await expectHarmless(guest);
    await expectAccessible(guest);
    await guest.getByLabel("E-mail").fill(operator.email);
    await guest.getByLabel("Password").fill(operator.password);
    await guest.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(guest.getByRole("alert")).toBeVisible();
    const mine = await customerBelow(page);
    await enter(mine, guest);
    await expect(
      guest.getByRole("navigation", { name: "Pages" }).getByRole("img", { name: "Quay Telephones" }),
    ).toBeVisible();
    for (const tenantSlug of [operator.tenantSlug, reseller.tenantSlug]) {
      expect((await guest.goto(`/t/${tenantSlug}`))?.status()).toBe(404);
    }
  });

  await test.step("signing out leads to the same name", async () => {
    await guest.goto("/");
    await guest.getByRole("button", { name: "Your account" }).click();
    await guest.getByRole("button", { name: "Sign out" }).click();
    await expect(guest).toHaveURL(`${there}/sign-in`);
  });

  await test.step("the house's own portal is as it was", async () => {
    const plain = await (await browser.newContext()).newPage();
    await plain.goto("/sign-in");
    await expect(plain).toHaveTitle("Sign in · Ringfence");
    expect(await accentOf(plain)).toBe("rgb(43, 85, 211)");
    await expect(plain.getByText("Ringfence")).toBeVisible();
  });

  await test.step("reset, and all of it is gone", async () => {
    await page.goto(`/t/${reseller.tenantSlug}/branding`);
    await page.getByRole("button", { name: "Reset branding…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Reset branding" }).click();
    await expect(page.getByText("The portal's own look holds here.")).toBeVisible();
    await guest.goto("/sign-in");
    await expect(guest).toHaveTitle("Sign in · Ringfence");
  });
});

/** Whoever opens the logo by itself gets a picture that runs and loads nothing, under an address that stays what it is. */
async function expectHarmless(page: Page): Promise<void> {
  const drawn = await page.getByRole("img", { name: "Quay Telephones" }).evaluate((mark) => mark.style.backgroundImage);
  const path = /\/api\/brand\/[0-9a-f]{64}\.svg/.exec(drawn)?.[0] ?? "no logo";
  // By the browser: nothing else on this machine finds names below localhost.
  const headers = await page.evaluate(async (at) => Object.fromEntries((await fetch(at)).headers), path);
  expect(headers["content-type"]).toBe("image/svg+xml");
  expect(headers["x-content-type-options"]).toContain("nosniff");
  expect(headers["content-security-policy"]).toContain("sandbox");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["cache-control"]).toContain("immutable");
}

/** A customer of the demo that the reseller on this page reaches. */
async function customerBelow(page: Page) {
  for (const candidate of stack().signIns) {
    if (candidate.kind !== "customer" || candidate.role !== "owner") continue;
    const answer = await page.request.get(`/t/${candidate.tenantSlug}`);
    if (answer.status() === 200) return candidate;
  }
  throw new Error("the demo's reseller has no customer");
}
