import {
  type BrowserContext,
  test as base,
  type ConsoleMessage,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";

import { SipPhone } from "@/server/embedded/sip-phone";
import { isFailing } from "./failing";
import { type SignIn, stack } from "./stack";

export type NewPhone = Readonly<{ name: string; number: string; username: string; secret: string }>;

/** A sign-in that went by the form, and when. */
type Visit = Readonly<{ cookies: Awaited<ReturnType<BrowserContext["cookies"]>>; at: number }>;

/** Well below the quarter of an hour after which what cannot be taken back asks for the password again. */
const FRESH_MS = 5 * 60_000;

type Fixtures = {
  /** Signs in by the form, as a person, and lands on their tenant's home. */
  enter: (who: SignIn, page?: Page) => Promise<void>;
  /** The same without the form where they signed in a moment ago: for tests of what is behind it. */
  resume: (who: SignIn) => Promise<void>;
  /** A real telephone, hung up and closed at the end of the test. */
  openPhone: (account: { username: string; secret: string }) => Promise<SipPhone>;
};

/** A test in the portal. Whatever the browser complains about on its console makes it fail. */
export const test = base.extend<Fixtures, { visits: Map<string, Visit> }>({
  visits: [async ({ browserName: _ }, use) => use(new Map()), { scope: "worker" }],
  baseURL: async ({ browserName: _ }, use) => use(stack().appUrl),
  page: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => void (isComplaint(message, page) && complaints.push(message.text())));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await use(page);
    expect(complaints, "the browser's console stays quiet").toEqual([]);
  },
  enter: async ({ page }, use) =>
    use(async (who, at = page) => {
      await at.goto("/sign-in");
      await at.getByLabel("E-mail").fill(who.email);
      await at.getByLabel("Password").fill(who.password);
      await at.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(at).toHaveURL(new RegExp(`/t/${who.tenantSlug}$`));
    }),
  resume: async ({ context, enter, visits }, use) =>
    use(async (who) => {
      const known = visits.get(who.email);
      if (known && Date.now() - known.at < FRESH_MS) return context.addCookies(known.cookies);
      const at = Date.now();
      await enter(who);
      visits.set(who.email, { cookies: await context.cookies(), at });
    }),
  openPhone: async ({ browserName: _ }, use) => {
    const phones: SipPhone[] = [];
    await use(async ({ username, secret }) => {
      const { sipDomain, sipPort } = stack();
      const phone = await SipPhone.open({ username, secret, server: { host: sipDomain, port: sipPort } });
      phones.push(phone);
      return phone;
    });
    for (const phone of phones) await phone.close();
  },
});

/** A refused request is an answer that some tests ask for, and says so in the page; so is none at all of a portal that fails. */
const isComplaint = (message: ConsoleMessage, page: Page) =>
  message.type() === "error" &&
  !/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text()) &&
  !(isFailing(page) && message.text().startsWith("Failed to load resource: the server responded with a status of 500"));

/** Creates an extension in the open portal and reads what the connect panel shows this once. The panel stays open. */
export async function createExtension(page: Page, tenantSlug: string, name: string): Promise<NewPhone> {
  await page.goto(`/t/${tenantSlug}/extensions`);
  await page.getByRole("button", { name: "New extension" }).click();
  const dialog = page.getByRole("dialog", { name: "New extension" });
  await dialog.getByLabel("Name").fill(name);
  const number = await dialog.getByLabel("Number").inputValue();
  await dialog.getByRole("button", { name: "Create extension" }).click();
  const connect = page.getByRole("dialog", { name: `Connect a phone to ${name}` });
  await expect(connect).toBeVisible();
  const secret = (await textOf(connect.getByLabel("SIP secret"))).replaceAll(/\s/g, "");
  const username = `${tenantSlug}-${number}`;
  await expect(connect.getByText(username, { exact: true })).toBeVisible();
  return { name, number, username, secret };
}

/** The row of this extension, in the list of extensions as in the list of calls. */
export const rowOf = (page: Page, phone: NewPhone): Locator =>
  page.getByRole("row").filter({ hasText: phone.number }).filter({ hasText: phone.name });

/** The exact amount behind a figure, in micros: its tooltip has all six decimals. */
export async function microsOf(figure: Locator): Promise<bigint> {
  const title = (await figure.getAttribute("title")) ?? "";
  const [, sign = "", whole = "", fraction = ""] = /^([−-]?)([\d,]+)\.(\d{6}) [A-Z]{3}$/.exec(title) ?? [];
  if (whole === "") throw new Error(`no exact amount in "${title}"`);
  const size = BigInt(whole.replaceAll(",", "") + fraction);
  return sign ? -size : size;
}

/** The value beside a label of a description list. */
export const factOf = (inside: Locator, label: string): Locator =>
  inside
    .locator("dl > div")
    .filter({ has: inside.page().locator("dt", { hasText: new RegExp(`^${label}`) }) })
    .locator("dd");

/** A part of a page or panel, by its heading. */
export const sectionOf = (inside: Locator, title: string): Locator =>
  inside.locator("section").filter({ has: inside.page().getByRole("heading", { name: title, exact: true }) });

export const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? "";
