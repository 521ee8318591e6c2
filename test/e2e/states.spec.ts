import { type Browser, expect, type Page } from "@playwright/test";

import { test } from "./support/portal";
import { act } from "./support/procedures";
import { type SignIn, signInOf, stack } from "./support/stack";

const signInAt = (tenantSlug: string, role: string): SignIn => {
  const found = stack().signIns.find((each) => each.tenantSlug === tenantSlug && each.role === role);
  if (!found) throw new Error(`The demo has no ${role} at ${tenantSlug}.`);
  return found;
};

/** Another browser, whose console may complain: it loses its connection and parts of its page. */
const newBrowser = async (browser: Browser) =>
  browser.newContext({ baseURL: stack().appUrl, locale: "en-GB", timezoneId: "Europe/Berlin" });

const live = (page: Page) => expect(page.getByTitle("Changes appear by themselves")).toBeVisible();

test("the tabs of a browser share one stream, and the next tab takes it over", async ({ browser, enter }) => {
  const context = await newBrowser(browser);
  const asked: string[] = [];
  context.on("request", (request) => request.url().includes("/api/live") && asked.push(request.url()));
  const first = await context.newPage();
  await enter(signInAt("hansa", "owner"), first);
  await live(first);
  const second = await context.newPage();
  await second.goto("/t/hansa/calls");
  await live(second);
  expect(asked).toHaveLength(1);

  await test.step("a tab of another tenant widens it", async () => {
    const third = await context.newPage();
    await third.goto("/t/bakery");
    await live(third);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatch(/tenant=hansa.*tenant=bakery|tenant=bakery.*tenant=hansa/);
  });
  await test.step("it goes on from where it stood when its tab is closed", async () => {
    await first.close();
    await expect.poll(() => asked.length).toBe(3);
    expect(asked[2]).toContain("since=");
    await live(second);
  });
  await context.close();
});

test("what is typed survives a lost connection, a newer build, a missing part and a session that ended", async ({
  browser,
  enter,
}) => {
  const franz = signInAt("alpine", "owner");
  const context = await newBrowser(browser);
  const page = await context.newPage();
  await enter(franz, page);
  await live(page);
  await page.goto("/t/alpine/tenants");
  await live(page);
  const form = page.getByRole("dialog", { name: "New tenant" });
  const company = form.getByLabel("Company");
  const open = () => page.getByRole("button", { name: "New tenant" }).click();
  await open();
  await company.fill("Glacier Café");
  await form.getByRole("button", { name: "Change…" }).click();
  await form.getByLabel("Short name").fill(`glacier-${Date.now() % 1_000_000}`);
  await form.getByLabel("Admin's e-mail").fill("owner@glacier.example");
  const send = () => form.getByRole("button", { name: "Make tenant" }).click();

  await test.step("offline: said at once, the send is refused, nothing is lost", async () => {
    // On a machine without a network the browser has nothing new to tell the page.
    const tell = (what: string) => page.evaluate((name) => window.dispatchEvent(new Event(name)), what);
    await context.setOffline(true);
    await tell("offline");
    await expect(page.getByText("You are offline.")).toBeVisible();
    await expect(page.getByTitle("The page shows what was last known")).toBeVisible();
    await send();
    await expect(form.getByText("You are offline, so this was not sent.")).toBeVisible();
    await expect(company).toHaveValue("Glacier Café");
    await context.setOffline(false);
    await tell("online");
    await expect(page.getByText("You are offline.")).toHaveCount(0);
  });
  const other = await newBrowser(browser);
  const elsewhere = await other.newPage();
  await test.step("suspended meanwhile: the bar appears by itself, the refusal names it, the form stays", async () => {
    await enter(signInOf("operator", "owner"), elsewhere);
    expect((await act(elsewhere, "tenants.suspend", { tenantSlug: "operator", childSlug: "alpine" })).status).toBe(200);
    await expect(page.getByText("Calling is suspended.")).toBeVisible();
    await send();
    await expect(form.getByText("A suspended tenant cannot take on new ones.")).toBeVisible();
    await expect(company).toHaveValue("Glacier Café");
    expect((await act(elsewhere, "tenants.resume", { tenantSlug: "operator", childSlug: "alpine" })).status).toBe(200);
    await expect(page.getByText("Calling is suspended.")).toHaveCount(0);
  });
  await test.step("the session was ended: a sign-in over the page, and the same form behind it", async () => {
    await other.clearCookies();
    await enter(franz, elsewhere);
    expect((await act(elsewhere, "sessions.revokeOthers", {})).status).toBe(200);
    const ended = page.getByRole("dialog", { name: "Your session has ended" });
    await expect(ended.getByLabel("E-mail")).toHaveValue(franz.email);
    await ended.getByLabel("Password").fill(franz.password);
    await ended.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(ended).toHaveCount(0);
    await expect(company).toHaveValue("Glacier Café");
  });
  await test.step("a part that cannot be loaded leaves the page as it is", async () => {
    await form.getByRole("button", { name: "Close" }).click();
    await page.route("**/_next/static/chunks/**", (route) => route.abort());
    // The browser takes it over a moment after it said so.
    const part = () =>
      page.evaluate(() =>
        fetch("/_next/static/chunks/none.js").then(
          () => "came",
          () => "cut",
        ),
      );
    await expect.poll(part).toBe("cut");
    await page.keyboard.press("?");
    await expect(page.getByText("A part of this page could not be loaded.")).toBeVisible();
    await page.unroute("**/_next/static/chunks/**");
  });
  await test.step("a newer build: a bar, and the reload brings back what was typed", async () => {
    await open();
    await company.fill("Glacier Café");
    await page.evaluate(() => {
      document.documentElement.dataset["build"] = "an-older-one";
    });
    const tab = await context.newPage();
    await tab.goto("/t/alpine");
    await expect(form.getByText("A newer version of the portal is out.")).toBeVisible();
    await tab.close();
    await form.getByRole("button", { name: "Reload" }).click();
    await expect(form).toHaveCount(0);
    await live(page);
    await open();
    await expect(company).toHaveValue("Glacier Café");
    await expect(page.getByText("A newer version of the portal is out.")).toHaveCount(0);
  });
  await test.step("somebody else who signs in over it begins with a page of their own", async () => {
    expect((await act(elsewhere, "sessions.revokeOthers", {})).status).toBe(200);
    const ended = page.getByRole("dialog", { name: "Your session has ended" });
    const rita = signInAt("hansa", "owner");
    await ended.getByLabel("E-mail").fill(rita.email);
    await ended.getByLabel("Password").fill(rita.password);
    await ended.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(/\/t\/hansa$/);
    await expect(form).toHaveCount(0);
  });
  await context.close();
  await other.close();
});

test("a seat that is taken away is said on the page, which stays as it is", async ({ browser, enter }) => {
  const context = await newBrowser(browser);
  const page = await context.newPage();
  const who = signInAt("clinic", "viewer");
  await enter(who, page);
  await live(page);
  const other = await newBrowser(browser);
  const elsewhere = await other.newPage();
  await enter(signInAt("clinic", "owner"), elsewhere);
  const paul = await elsewhere.evaluate(async (email) => {
    const input = encodeURIComponent(JSON.stringify({ json: { tenantSlug: "clinic" } }));
    const answer = await (await fetch(`/api/trpc/members.list?input=${input}`)).json();
    const { items } = answer.result.data.json as { items: { userId: string; email: string }[] };
    return items.find((member) => member.email === email)?.userId;
  }, who.email);
  await page.goto("/t/clinic/extensions");
  await live(page);
  expect((await act(elsewhere, "members.revoke", { tenantSlug: "clinic", userId: paul })).status).toBe(200);
  // Losing a seat ends the sessions with it.
  const ended = page.getByRole("dialog", { name: "Your session has ended" });
  await ended.getByLabel("Password").fill(who.password);
  await ended.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(ended).toHaveCount(0);
  await expect(page.getByText(/You have no seat at .* any more\./)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Extensions");
  await page.getByRole("link", { name: "Go to my tenants" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have no seat anywhere");
  await context.close();
  await other.close();
});

test("a rule that was begun with a number and saved with another is saved, and says no more that nothing is", async ({
  page,
  resume,
}) => {
  const who = signInOf("customer", "owner");
  await resume(who);
  await page.goto(`/t/${who.tenantSlug}/rules?open=repeated.extension&begin=critical:40`);
  await live(page);
  const critical = page.getByLabel("Critical at");
  await expect(critical).toHaveValue("40");
  const begun = page.getByText("Nothing is saved yet.");
  await expect(begun).toBeVisible();
  await critical.fill("50");
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(begun).toHaveCount(0);
  await expect(page).toHaveURL(/\?open=repeated\.extension$/);
  await expect(critical).toHaveValue("50");
});
