import { randomInt } from "node:crypto";
import { expect, type Page } from "@playwright/test";

import { filled } from "./support/filled";
import { openPage } from "./support/hand";
import { test } from "./support/portal";
import { act } from "./support/procedures";
import { stack } from "./support/stack";

/** As wide as a name can be: no blank to break it at. */
const WIDE = "W".repeat(200);
const FROM_THE_RIGHT = "חברת התקשורת של הנמל הישן ובניו בע״מ ".repeat(6).slice(0, 200).trim();
const WIDE_PHONE = "M".repeat(80);

const pages = ["alpine", "alpine/tenants", "alpine/settings", "studio", "studio/extensions", "studio/limits"];

test("names of two hundred letters, and ones that are read from the right, break no page", async ({ page, resume }) => {
  const who = stack().signIns.find(({ tenantSlug, role }) => tenantSlug === "alpine" && role === "owner");
  if (!who) throw new Error("The demo has no owner at alpine.");
  await resume(who);
  await openPage(page, "/t/alpine/settings");
  const undo: (() => Promise<unknown>)[] = [];
  const rename = async (tenantSlug: string, name: string) => {
    const seen = await nameOf(page, tenantSlug);
    const answer = await act(page, "settings.rename", { tenantSlug, name, seen });
    expect(answer.status).toBe(200);
    undo.push(async () => {
      expect((await act(page, "settings.rename", { tenantSlug, name: seen, seen: name })).status).toBe(200);
    });
  };
  try {
    await rename("alpine", WIDE);
    await rename("studio", FROM_THE_RIGHT);
    const phone = { tenantSlug: "studio", number: String(randomInt(1_000, 9_999)), displayName: WIDE_PHONE };
    const made = await act(page, "extensions.create", phone);
    expect(made.status).toBe(200);
    const { id: extensionId } = made.data as { id: string };
    undo.push(() => act(page, "extensions.delete", { tenantSlug: "studio", extensionId }));
    for (const path of pages) await looks(page, `/t/${path}`);
    await page.context().addCookies([{ name: "ringfence-language", value: "ar", url: stack().appUrl }]);
    for (const path of pages) await looks(page, `/t/${path}`);
  } finally {
    for (const back of undo) await back();
  }
});

async function nameOf(page: Page, tenantSlug: string): Promise<string> {
  const input = encodeURIComponent(JSON.stringify({ json: { tenantSlug } }));
  const answer = await page.request.get(`/api/trpc/settings.get?input=${input}`);
  return (await answer.json()).result.data.json.name;
}

/** Texts that are cut, and do not begin where one sees it. */
const headless = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("main *, nav *, header *")].flatMap((box) => {
      if (getComputedStyle(box).textOverflow !== "ellipsis" || box.scrollWidth <= box.clientWidth) return [];
      const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      const text = texts.nextNode();
      if (!text?.textContent || !box.checkVisibility()) return [];
      const first = document.createRange();
      first.setStart(text, 0);
      first.setEnd(text, 1);
      const [at, room] = [first.getBoundingClientRect(), box.getBoundingClientRect()];
      return at.left >= room.left - 1 && at.right <= room.right + 1 ? [] : [text.textContent];
    }),
  );

/** Nothing sticks out, and what is cut shows its beginning, on a desk and on telephones. */
async function looks(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await filled(page);
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const sideways = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(sideways, { message: `nothing of ${path} sticks out at ${width} px` }).toBe(0);
    expect(await headless(page), `what is cut on ${path} at ${width} px`).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}
