import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "./support/axe";
import { createExtension, factOf, microsOf, rowOf, test } from "./support/portal";
import { signInOf } from "./support/stack";

const customer = () => signInOf("customer", "admin");
const phoneOf = (page: Page) => page.getByRole("region", { name: "Phone" });
const settled = async (page: Page) => {
  await page.goto(`/t/${customer().tenantSlug}/balance`);
  return microsOf(factOf(page.getByRole("main"), "Settled").locator("[title]"));
};

/** Keeps the page's connections, so that a test can ask them what they heard. */
const listen = (page: Page) =>
  page.addInitScript(() => {
    const kept: RTCPeerConnection[] = [];
    Object.assign(globalThis, { kept });
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(settings?: RTCConfiguration) {
        super(settings);
        kept.push(this);
      }
    };
  });
/** Packets of voice that the newest call received so far. */
const heard = (page: Page) =>
  page.evaluate(async () => {
    const kept: RTCPeerConnection[] = Reflect.get(globalThis, "kept");
    let packets = 0;
    for (const report of (await kept.at(-1)?.getStats())?.values() ?? []) {
      if (report.type === "inbound-rtp") packets = report.packetsReceived;
    }
    return packets;
  });

test("the page is a phone: it calls, hears, is charged, rings, and says why a call is refused", async ({
  page,
  enter,
  openPhone,
}) => {
  await listen(page);
  await enter(customer());
  const before = await settled(page);
  const desk = await createExtension(page, customer().tenantSlug, "Desk");
  await page.getByRole("button", { name: "Done" }).click();
  const made = await createExtension(page, customer().tenantSlug, "Reception");
  await page.getByRole("tab", { name: "This browser" }).click();
  await page.getByRole("button", { name: "Open the phone" }).click();
  const phone = phoneOf(page);

  await test.step("registers with a credential of its own", async () => {
    await expect(phone.getByText("Ready", { exact: true })).toBeVisible();
    await expect(rowOf(page, made)).toContainText("Registered");
    await expectAccessible(page);
  });

  await test.step("calls a number as people write it, and hears the other side", async () => {
    await phone.getByLabel("Number").fill("+49 (0)1511 / 234-5678");
    await page.keyboard.press("Enter");
    await expect(phone.getByText("Connected")).toBeVisible();
    await expect.poll(() => heard(page)).toBeGreaterThan(20);
    await expect(phone.getByText("+49 1511 2345678")).toBeVisible();
    await expect(phone.getByText("then renewed")).toBeVisible();
    expect(await microsOf(phone.locator("dd [title$=EUR]").first())).toBeGreaterThan(0n);
    await expectAccessible(page);
  });

  await test.step("goes on while one looks at other pages, is muted and held, and comes back", async () => {
    await page.getByRole("link", { name: "Calls", exact: true }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Calls");
    await phone.getByRole("button", { name: "Mute" }).click();
    await expect(phone.getByRole("button", { name: "Mute" })).toHaveAttribute("aria-pressed", "true");
    await phone.getByRole("button", { name: "Hold" }).click();
    await expect(phone.getByText("On hold")).toBeVisible();
    await phone.getByRole("button", { name: "Hold" }).click();
    const then = await heard(page);
    await expect(phone.getByText("Connected")).toBeVisible();
    await expect.poll(() => heard(page)).toBeGreaterThan(then);
  });

  const cost = await test.step("hangs up, and the charge is what the calls page says, to the micro", async () => {
    await phone.getByRole("button", { name: "Hang up" }).click();
    await expect(phone.getByText("Call ended")).toBeVisible();
    await expect(rowOf(page, made).first()).toContainText("Answered");
    return microsOf(rowOf(page, made).first().locator("[title$=EUR]"));
  });

  await test.step("rings with its extension, answers, and notices that the other side hung up", async () => {
    const caller = await openPhone(desk);
    await caller.register();
    const call = await caller.call(made.number);
    await expect(phone.getByText("Calls you")).toBeVisible();
    await phone.getByRole("button", { name: "Answer" }).click();
    await call.answered;
    await expect(phone.getByText("Connected")).toBeVisible();
    call.hangUp();
    await expect(phone.getByText("Call ended")).toBeVisible();
    const second = await caller.call(made.number);
    await phone.getByRole("button", { name: "Decline" }).click();
    await expect(second.answered).rejects.toThrow();
    expect((await second.ended).sipCode).toBe(603);
  });

  await test.step("a refused call shows our own reason, and what mends it", async () => {
    await phone.getByLabel("Number").fill("0081 3 1234 5678");
    await phone.getByRole("button", { name: "Call", exact: true }).click();
    await expect(phone.getByText("Calls to this country are closed.")).toBeVisible();
    await expect(phone.getByText("DST-01")).toBeVisible();
    await expect(phone.getByRole("link", { name: "Open this country" })).toBeVisible();
  });

  expect(await settled(page)).toBe(before - cost);
});

test("without a microphone it says so, and a suspended extension has no phone in the browser", async ({
  page,
  enter,
}) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await enter(customer());
  const made = await createExtension(page, customer().tenantSlug, "Shy");
  await page.getByRole("tab", { name: "This browser" }).click();
  await page.getByRole("button", { name: "Call the echo test" }).click();
  const phone = phoneOf(page);
  await expect(phone.getByText("The browser may not use the microphone.")).toBeVisible();

  await rowOf(page, made).getByRole("link").click();
  await page.getByRole("button", { name: "Suspend extension" }).click();
  await expect(rowOf(page, made)).toContainText("Suspended");
  await page.reload();
  await page.getByRole("button", { name: "Phone" }).click();
  await expect(phone.getByLabel("Call as")).not.toContainText("Shy");
});
