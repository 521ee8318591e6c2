import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";

import type { SipPhone } from "@/server/embedded/sip-phone";
import { type Hand, openPage, withClicks, withKeys } from "./support/hand";
import { createExtension, type NewPhone, rowOf, sectionOf, test, textOf } from "./support/portal";
import { signInOf } from "./support/stack";
import { keepToasts } from "./support/toasts";

/** What people do every day, within the clicks or keys that it may take. */
const admin = () => signInOf("customer", "admin");
const owner = () => signInOf("customer", "owner");
const at = (page: string) => `/t/${admin().tenantSlug}${page}`;
const panelOf = (page: Page) => page.getByRole("complementary");
const rowsOf = (page: Page) => page.getByRole("main").locator("[data-row]");

async function openPalette(hand: Hand): Promise<void> {
  await hand.press("Control+k");
  await expect(hand.page.getByRole("dialog", { name: "Find, go or do" }).getByRole("combobox")).toBeFocused();
}
async function refused(phone: SipPhone, number: string): Promise<void> {
  const call = await phone.call(number);
  await expect(call.answered).rejects.toThrow();
  await call.ended;
}
async function answered(phone: SipPhone, number: string): Promise<void> {
  const call = await phone.call(number);
  await call.answered;
  call.hangUp();
  await call.ended;
}
/** The newest call of a list is the one that the person is looking for. */
async function newest(page: Page, made: NewPhone, words: string): Promise<void> {
  await openPage(page, at("/calls"));
  await expect(rowOf(page, made).first()).toContainText(words);
  await openPage(page, at(""));
}

test("why did this call fail, and why this price: from home", async ({ page, resume, openPhone }) => {
  await resume(admin());
  const made = await createExtension(page, admin().tenantSlug, "Counting desk");
  const phone = await openPhone(made);
  await phone.register();

  await refused(phone, "0081312345678");
  await newest(page, made, "Blocked");
  const why = sectionOf(panelOf(page), "Why it was refused");
  await withClicks(page, 2, async (hand) => {
    await hand.click(page.getByRole("link", { name: "Calls", exact: true }));
    await hand.click(rowsOf(page).first());
    await expect(why).toBeVisible();
  });
  await openPage(page, at(""));
  await withKeys(page, 5, async (hand) => {
    await hand.press("g", "c");
    await expect(rowsOf(page).first()).toBeVisible();
    await hand.press("j", "Enter");
    await expect(why).toBeVisible();
  });

  await answered(phone, "015112345678");
  await newest(page, made, "Answered");
  const price = sectionOf(panelOf(page), "Why this price");
  await withClicks(page, 2, async (hand) => {
    await hand.click(page.getByRole("link", { name: "Calls", exact: true }));
    await hand.click(rowsOf(page).first());
    await expect(price).toBeVisible();
  });
  await openPage(page, at(""));
  await withKeys(page, 5, async (hand) => {
    await hand.press("g", "c");
    await expect(rowsOf(page).first()).toBeVisible();
    await hand.press("j", "Enter");
    await expect(price).toBeVisible();
  });
});

test("an extension is suspended with its live call, and its secret replaced", async ({ page, resume, openPhone }) => {
  await resume(admin());
  const made = await createExtension(page, admin().tenantSlug, "Leaving desk");
  const phone = await openPhone(made);
  await phone.register();
  const state = rowOf(page, made);
  const open = () => openPage(page, at("/extensions"));
  const talking = async () => {
    const call = await phone.call("015112345678");
    await call.answered;
    return call;
  };

  const first = await talking();
  await open();
  await withClicks(page, 2, async (hand) => {
    await hand.click(state.getByRole("link"));
    await hand.click(panelOf(page).getByRole("button", { name: "Suspend extension" }));
    await expect(state).toContainText("Suspended");
  });
  expect((await first.ended).side).toBe("them");

  await panelOf(page).getByRole("button", { name: "Resume extension" }).click();
  await expect(state).not.toContainText("Suspended");
  const second = await talking();
  await open();
  await withKeys(page, 3, async (hand) => {
    await openPalette(hand);
    await hand.text(`suspend ${made.number}`);
    await expect(
      page
        .getByRole("dialog")
        .getByRole("option", { name: /^Suspend/ })
        .first(),
    ).toBeVisible();
    await hand.press("Enter");
    await expect(panelOf(page).getByRole("button", { name: "Suspend extension" })).toBeFocused();
    await hand.press("Enter");
    await expect(state).toContainText("Suspended");
  });
  expect((await second.ended).side).toBe("them");
  await panelOf(page).getByRole("button", { name: "Resume extension" }).click();
  await expect(state).not.toContainText("Suspended");

  const connect = page.getByRole("dialog", { name: `New secret for ${made.number}` });
  const done = connect.getByRole("button", { name: "Done" });
  const sure = page.getByRole("dialog").getByRole("button", { name: "Rotate secret" });
  await open();
  await withClicks(page, 3, async (hand) => {
    await hand.click(state.getByRole("link"));
    await hand.click(panelOf(page).getByRole("button", { name: "Rotate secret…" }));
    await hand.click(sure);
    await expect(connect.getByLabel("SIP secret")).toBeVisible();
  });
  const secret = (await textOf(connect.getByLabel("SIP secret"))).replaceAll(/\s/g, "");
  await done.click();
  // The old secret is out; with the new one the phone is there again, and is told that it would be cut off.
  const again = await openPhone({ ...made, secret });
  await again.register();
  await expect(state).toContainText("Registered");
  await withKeys(page, 6, async (hand) => {
    await hand.press("r");
    await expect(sure).toBeVisible();
    await hand.tabTo(sure);
    await hand.press("Enter");
    await expect(connect.getByLabel("SIP secret")).toBeVisible();
  });
  await done.click();
});

test("a daily cap by the palette", async ({ page, resume }) => {
  await keepToasts(page);
  await resume(owner());
  const field = page.locator("[name=dailyCap]");
  const saved = page.getByText("Limits saved.");
  await openPage(page, at(""));
  await withClicks(page, 1, async (hand) => {
    await openPalette(hand);
    await hand.text("daily cap");
    await hand.press("Enter");
    await expect(field).toBeFocused();
    await field.fill("480");
    await hand.click(page.getByRole("button", { name: "Save limits" }));
    await expect(saved).toBeVisible();
  });
  await openPage(page, at(""));
  await withKeys(page, 8, async (hand) => {
    await openPalette(hand);
    await hand.text("daily cap");
    await hand.press("Enter");
    await expect(field).toBeFocused();
    await hand.press("Control+a");
    await hand.text("500");
    await hand.press("Enter");
    await expect(saved).toBeVisible();
  });
});

test("a month of calls as a file", async ({ page, resume }) => {
  await resume(admin());
  const file = page
    .getByRole("row")
    .filter({ hasText: "Calls" })
    .first()
    .getByRole("link", { name: /^Download/ });
  await openPage(page, at("/calls?outcome=answered"));
  await withClicks(page, 3, async (hand) => {
    await hand.click(page.getByRole("link", { name: "Export", exact: true }));
    await hand.click(page.getByRole("button", { name: "Make file" }));
    await expect(file).toBeVisible();
    const saving = page.waitForEvent("download");
    await hand.click(file);
    await saving;
  });
  await openPage(page, at("/calls?outcome=answered"));
  await withKeys(page, 7, async (hand) => {
    await hand.press("e");
    await expect(page.getByRole("dialog", { name: "New export" }).getByLabel("List")).toBeFocused();
    await hand.press("Control+Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(file).toBeVisible();
    const saving = page.waitForEvent("download");
    await hand.press("d");
    await saving;
  });
});

test("a reseller takes a customer on, and looks at the same page of another tenant", async ({ page, resume }) => {
  const reseller = signInOf("reseller", "owner");
  await resume(reseller);
  const done = page.getByRole("dialog", { name: / is ready$/ });
  const fresh = () => `count-${randomBytes(4).toString("hex")}`;
  const form = page.getByRole("dialog", { name: "New tenant" });

  await openPage(page, `/t/${reseller.tenantSlug}/tenants`);
  await withClicks(page, 3, async (hand) => {
    const slug = fresh();
    await hand.click(page.getByRole("button", { name: "New tenant" }));
    await form.getByLabel("Company").fill(slug);
    await form.getByLabel("Admin's e-mail").fill(`owner@${slug}.example`);
    await form.getByLabel("Initial credit").fill("2.50");
    await form.getByLabel("Country").selectOption({ label: "Austria" });
    await form.getByLabel("Limits").selectOption({ label: "Starter: 3 calls at once" });
    // What follows from these is told before anything is made: its names, its clock, the invitation and the money.
    for (const told of [slug, "Europe/Vienna", `Your invitation to ${slug}`, "At most 3 calls at once"])
      await expect(form.getByText(told).first()).toBeVisible();
    await expect(form.getByRole("textbox").or(form.getByRole("combobox")), "inputs").toHaveCount(6);
    await hand.click(form.getByRole("button", { name: "Make tenant" }));
    await hand.click(done.getByRole("button", { name: "Done" }));
  });
  const slug = fresh();
  await withKeys(page, 10, async (hand) => {
    await hand.press("n");
    await expect(form.getByLabel("Company")).toBeFocused();
    await hand.text(slug);
    await hand.tabTo(form.getByLabel("Admin's e-mail"));
    await hand.text(`owner@${slug}.example`);
    await hand.press("Enter");
    await expect(done).toBeVisible();
    await hand.tabTo(done.getByRole("button", { name: "Done" }));
    await hand.press("Enter");
  });

  const there = new RegExp(`/t/${slug}/extensions`);
  await openPage(page, `/t/${reseller.tenantSlug}/extensions`);
  await withKeys(page, 4, async (hand) => {
    await hand.press("g", "0");
    await expect(page.getByLabel("Find a tenant")).toBeFocused();
    await hand.text(slug);
    await hand.press("Enter");
    await expect(page).toHaveURL(there);
  });
});

test("a false alarm is dismissed with its reason", async ({ page, resume }) => {
  const operator = signInOf("operator", "owner");
  await resume(operator);
  const asked = page.getByRole("dialog");
  const reason = (name: string) => asked.getByRole("radio", { name });
  const open = async (title: string) => {
    await openPage(page, `/t/${operator.tenantSlug}/incidents`);
    await page.getByRole("button", { name: "Open an incident…" }).click();
    await asked.getByLabel("What it is about").fill(title);
    await asked.getByRole("button", { name: "Open it" }).click();
    const row = rowsOf(page).filter({ hasText: title });
    await row.click();
    await expect(panelOf(page)).toContainText(title);
    return row;
  };
  const first = await open("Nothing at all, by the mouse");
  await withClicks(page, 2, async (hand) => {
    await hand.click(panelOf(page).getByRole("button", { name: "Dismiss…" }));
    await asked.getByLabel("Note").fill("We knew of it");
    await hand.click(asked.getByRole("button", { name: "Dismiss" }));
    await expect(first).toHaveCount(0);
  });
  const second = await open("Nothing at all, by the keyboard");
  await withKeys(page, 3, async (hand) => {
    await hand.press("3");
    await expect(reason("False alarm: expected traffic")).toBeFocused();
    await hand.press("ArrowDown");
    await expect(reason("A test")).toBeChecked();
    await hand.press("Enter");
    await expect(second).toHaveCount(0);
  });
});
