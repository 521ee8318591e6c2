import { randomBytes } from "node:crypto";
import type { Browser } from "@playwright/test";

import type { SignIn } from "./stack";

const PASSWORD = "a long sentence about bread";
const COMPANY = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau & Söhne GmbH";

/** Takes a customer on as this reseller, by the form, and sets its owner's password: a tenant without a past. */
export async function newcomer(browser: Browser, appUrl: string, reseller: SignIn): Promise<SignIn> {
  const slug = `newcomer-${randomBytes(3).toString("hex")}`;
  const email = `owner@${slug}.example`;
  const page = await (await browser.newContext({ baseURL: appUrl })).newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(reseller.email);
  await page.getByLabel("Password").fill(reseller.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**/t/${reseller.tenantSlug}`);
  await page.goto(`/t/${reseller.tenantSlug}/tenants`);
  await page.getByRole("button", { name: "New tenant" }).click();
  const form = page.getByRole("dialog", { name: "New tenant" });
  await form.getByLabel("Company").fill(COMPANY);
  await form.getByRole("button", { name: "Change…" }).click();
  await form.getByLabel("Short name").fill(slug);
  await form.getByLabel("Admin's e-mail").fill(email);
  await form.getByLabel("Initial credit").fill("0");
  await form.getByRole("button", { name: "Make tenant" }).click();
  const link =
    (await page
      .getByRole("dialog", { name: / is ready$/ })
      .getByText(/\/invitation/)
      .textContent()) ?? "";
  await page.context().close();
  const theirs = await (await browser.newContext({ baseURL: appUrl })).newPage();
  await theirs.goto(link);
  await theirs.getByLabel("Your name").fill("Maximiliana-Alexandra von und zu Hohenstein-Wittgenstein");
  await theirs.getByLabel("Password").fill(PASSWORD);
  await theirs.getByRole("button", { name: "Set up access" }).click();
  await theirs.getByRole("link", { name: "Sign in" }).waitFor();
  await theirs.context().close();
  return { email, password: PASSWORD, tenantSlug: slug, kind: "customer", role: "owner" };
}
