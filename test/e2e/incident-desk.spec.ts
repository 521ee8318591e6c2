import { randomInt } from "node:crypto";
import { expect, type Page } from "@playwright/test";

import { SipPhone } from "@/server/embedded/sip-phone";
import { relayFrom } from "@/test/support/udp-relay";
import { expectAccessible } from "./support/axe";
import { handOn, openPage } from "./support/hand";
import { createExtension, test } from "./support/portal";
import { act, actOften } from "./support/procedures";
import { signInOf, stack } from "./support/stack";
import { guessAt } from "./support/thief";
import { keepToasts } from "./support/toasts";

const operator = () => signInOf("operator", "owner");
const customer = () => signInOf("customer", "admin");
const list = () => `/t/${operator().tenantSlug}/incidents`;
const rows = (page: Page) => page.locator("tbody tr");
const room = (page: Page) => page.getByRole("complementary");

/** Where nobody else is at home; another one each time, so that the tests can be run again on the same stack. */
let lastNetwork = randomInt(30, 240);
const network = () => {
  lastNetwork += 1;
  return `127.${lastNetwork}`;
};

/** An incident with more lines than a page of its timeline has. @returns its id */
async function longNight(page: Page): Promise<string> {
  const { tenantSlug } = operator();
  const { data } = await act(page, "incidents.open", { tenantSlug, title: `Long night ${Date.now()}` });
  const { id: incidentId } = data as { id: string };
  for (const severity of ["low", "medium", "low", "medium", "low"]) {
    await act(page, "incidents.setSeverity", { tenantSlug, incidentId, severity });
  }
  const wrote = (text: string) => ({ tenantSlug, incidentId, text });
  await act(page, "incidents.comment", wrote("The first word."));
  for (let n = 0; n < 8; n += 1) {
    const answers = await actOften(page, "incidents.comment", new Array(25).fill(wrote("And so on.")));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  }
  await act(page, "incidents.comment", wrote("The last word."));
  return incidentId;
}

test("a long timeline is paged, narrowed, opened where it repeats, and pointed at by a link", async ({
  page,
  resume,
}) => {
  await resume(operator());
  await openPage(page, list());
  await page.goto(`${list()}?open=${await longNight(page)}`);
  const said = (text: string) => room(page).getByText(text, { exact: true });
  const [first, last] = [said("The first word."), said("The last word.")] as const;
  const pointed = room(page).locator("[aria-current]");
  const button = (name: string) => room(page).getByRole("button", { name, exact: true });
  const show = (label: string) => room(page).getByLabel("Show of the timeline").selectOption({ label });

  await test.step("the newest page, the older one, and back", async () => {
    await expect(last).toBeVisible();
    await expect(room(page).getByText("200 lines, oldest first")).toBeVisible();
    await expect(first).toHaveCount(0);
    await button("Older").click();
    await expect(first).toBeVisible();
    await expect(last).toHaveCount(0);
    await button("Newest").click();
    await expect(last).toBeVisible();
  });

  await test.step("of one kind; what repeats is behind the first of it", async () => {
    await show("Evidence");
    await expect(room(page).getByText("Nothing of that kind.")).toBeVisible();
    await show("Rules and signals");
    const made = room(page).getByText(/^made it (low|medium)/);
    await expect(made.filter({ visible: true })).toHaveCount(1);
    await room(page).getByText("4 more", { exact: true }).click();
    await expect(made.filter({ visible: true })).toHaveCount(5);
    await expectAccessible(page);
  });

  await test.step("the link of a line in it opens what it is in, and shows it", async () => {
    const lines = room(page).getByRole("listitem").filter({ hasText: "made it low, it was medium" });
    await page.goto(`${list()}${await lines.last().getByRole("link").getAttribute("href")}`);
    await expect(pointed).toContainText("made it low, it was medium");
    await expect(pointed).toBeInViewport();
  });

  await test.step("the link of an old line shows what was up to then, and the rest is one press away", async () => {
    await show("All of it");
    await button("Older").click();
    await room(page).getByRole("listitem").filter({ hasText: "The first word." }).getByRole("link").click();
    await expect(pointed).toContainText("The first word.");
    await expect(pointed).toBeInViewport();
    await expect(room(page).getByText("And so on.")).toHaveCount(0);
    await button("Newest").click();
    await expect(last).toBeVisible();
    await expect(pointed).toHaveCount(0);
  });
});

test("two incidents are contained in one sheet with the sums of both, and a chip is used by keyboard", async ({
  page,
  resume,
  openPhone,
}) => {
  await resume(customer());
  const made = [];
  for (const name of ["Left wing", "Right wing"]) made.push(await createExtension(page, customer().tenantSlug, name));
  const [left, right] = made;
  if (!left || !right) throw new Error("two extensions were created");
  const phone = await openPhone(left);
  await phone.register();
  const call = await phone.call("015112345678");
  await call.answered;
  // Each from a network of its own: what comes from one is one incident.
  const from = network();
  await guessAt(left.username, `${from}.1.1`);
  await guessAt(right.username, `${from}.2.1`);

  await page.context().clearCookies();
  await resume(operator());
  await openPage(page, `${list()}?q=${from}.`);
  await expect(rows(page)).toHaveCount(2);
  for (const row of await rows(page).all()) await row.getByRole("checkbox").check();
  const chosen = page.getByRole("toolbar", { name: "What is chosen" });
  await chosen.getByRole("button", { name: "Contain…" }).click();

  const sheet = page.getByRole("dialog", { name: "Contain 2 incidents" });
  await test.step("the sheet counts what it would do to both", async () => {
    const sums = ["2 snapshots", "of 2 extensions", "1 call that hold", "2 secrets", "1 phone", "2 addresses"];
    for (const sum of sums) await expect(sheet).toContainText(sum);
    await expectAccessible(page);
  });
  await test.step("one press contains both: the call ends, and each says how long it took", async () => {
    await sheet.getByRole("button", { name: "Contain 2 incidents" }).click();
    expect((await call.ended).side).toBe("them");
    await expect(sheet).toContainText("2 of 2 done");
    await expect(sheet.getByText(/: contained in \d/)).toHaveCount(2);
    await expectAccessible(page);
    await sheet.getByRole("button", { name: "Close", exact: true }).last().click();
    await expect(rows(page).filter({ hasText: "Contained" })).toHaveCount(2);
    await expect(chosen).toHaveCount(0);
  });

  await test.step("the menu of an address in the room, its form filled in, and back to the chip", async () => {
    await rows(page)
      .filter({ hasText: `${from}.1.0/24` })
      .locator("[data-row]")
      .click();
    const chip = room(page)
      .getByRole("button", { name: `${from}.1.1: what can be done` })
      .first();
    const hand = handOn(page);
    await chip.focus();
    await hand.press("Enter");
    const ban = page.getByRole("button", { name: "Ban an address…" });
    await hand.tabTo(ban);
    await expectAccessible(page);
    await hand.press("Enter");
    const form = page.getByRole("dialog", { name: "Ban an address" });
    await expect(form.getByLabel("Address")).toBeFocused();
    await expect(form.getByLabel("Address")).toHaveValue(`${from}.1.1`);
    await expect(form.getByLabel("Why")).toHaveValue(/^Incident \d+$/);
    await hand.press("Escape");
    await expect(form).toHaveCount(0);
    await expect(chip).toBeFocused();
  });
  await test.step("what somebody writes into the timeline has the same menu, and so has the table of events", async () => {
    const { tenantSlug } = operator();
    const incidentId = new URL(page.url()).searchParams.get("open");
    await act(page, "incidents.comment", { tenantSlug, incidentId, text: `Seen from ${from}.9.9 before.` });
    await room(page)
      .getByRole("button", { name: `${from}.9.9: what can be done` })
      .click();
    const menu = page.locator(":popover-open");
    await expect(menu.getByRole("button", { name: "Ban an address…" })).toBeVisible();
    await expect(menu.getByRole("link")).toHaveText(["Bans", "Security events", "Make a rule…"]);
    await page.keyboard.press("Escape");

    await openPage(page, `/t/${tenantSlug}/security-events?account=${right.username}`);
    await rows(page)
      .first()
      .getByRole("button", { name: `${from}.2.1: what can be done` })
      .click();
    await page.getByRole("button", { name: "Only these" }).click();
    await expect(page).toHaveURL(new RegExp(`address=${from}\\.2\\.1`));
    await expect(room(page)).toHaveCount(0);
  });
});

test("a ban of telephones and portal names what it cuts off, wants a tick for that, and is lifted", async ({
  page,
  resume,
}) => {
  await keepToasts(page);
  await resume(customer());
  const made = await createExtension(page, customer().tenantSlug, "Guest room");
  const guest = `${network()}.9.9`;
  const relay = await relayFrom(guest, stack().sipPort);
  const phone = await SipPhone.open({ ...made, server: { host: "127.0.0.1", port: relay.port } });
  try {
    await phone.register();
    await page.context().clearCookies();
    await resume(operator());
    await openPage(page, `/t/${operator().tenantSlug}/blocks`);
    await page.getByRole("button", { name: "Ban an address…" }).click();
    const form = page.getByRole("dialog", { name: "Ban an address" });
    const add = form.getByRole("button", { name: "Add ban" });
    const tick = form.getByLabel("Cut off what works there");
    await form.getByLabel("Address").fill(guest);
    await form.getByLabel("Keep it away from").selectOption({ label: "Telephones and portal" });
    await form.getByLabel("Why").fill("It rings at night");
    await add.click();
    await expect(form).toContainText(`The telephone ${made.username} is registered from ${guest}`);
    await expect(tick).not.toBeChecked();
    await expectAccessible(page);

    await test.step("of another address it has to be said again", async () => {
      await tick.check();
      await form.getByLabel("Address").fill(`${guest}1`);
      await expect(tick).toHaveCount(0);
      await form.getByLabel("Address").fill(guest);
      await add.click();
      await expect(tick).not.toBeChecked();
    });

    await tick.check();
    await add.click();
    await expect(form).toHaveCount(0);
    const bans = page.getByRole("table", { name: "Bans" }).getByRole("row").filter({ hasText: guest });
    await expect(bans.filter({ hasText: "Telephones" })).toHaveCount(1);
    await expect(bans.filter({ hasText: "Portal" })).toHaveCount(1);
    await test.step("one is lifted elsewhere while the form of its own menu is filled in, which stays as it is", async () => {
      const row = page.locator("tbody tr").filter({ hasText: guest });
      const portal = row.filter({ hasText: "Portal" });
      await portal.getByRole("button", { name: `${guest}: what can be done` }).click();
      await page.locator(":popover-open").getByRole("button", { name: "Ban an address…" }).click();
      await form.getByLabel("Why").fill("It rings again");
      const elsewhere = await page.context().newPage();
      await openPage(elsewhere, `/t/${operator().tenantSlug}/blocks`);
      await elsewhere
        .locator("tbody tr")
        .filter({ hasText: guest })
        .filter({ hasText: "Portal" })
        .getByRole("button", { name: `Lift the ban of ${guest}` })
        .click();
      await expect(portal).toHaveCount(0);
      await elsewhere.close();
      await expect(form.getByLabel("Why")).toHaveValue("It rings again");
      await form.getByLabel("Keep it away from").selectOption({ label: "Portal" });
      await add.click();
      await expect(form).toHaveCount(0);
      await expect(row.filter({ hasText: "It rings again" })).toHaveCount(1);
    });
    await test.step("lifted one by one", async () => {
      for (const left of [1, 0]) {
        await bans
          .first()
          .getByRole("button", { name: /^Lift the ban of / })
          .click();
        await expect(bans).toHaveCount(left);
      }
      await expect(page.getByText(`${guest} is let in again.`).first()).toBeVisible();
    });
  } finally {
    await phone.close();
    relay.close();
  }
});
