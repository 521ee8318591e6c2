import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type BrowserContext, chromium, expect, type Page } from "@playwright/test";

import { failFromNowOn } from "@/test/e2e/support/failing";
import { coming } from "@/test/e2e/support/filled";
import startStack from "@/test/e2e/support/global-setup";
import { newcomer } from "@/test/e2e/support/newcomer";
import { dialogs, outside, places } from "@/test/e2e/support/places";
import { type SignIn, signInOf, stack } from "@/test/e2e/support/stack";
import { galleryPage, type Picture } from "@/test/gallery/gallery-page";

/**
 * Takes pictures of the pages and dialogs of places.ts, light, dark and as a phone shows them, of the pages of a tenant that has
 * nothing yet, and of pages whose portal fails: `npm run gallery`, or `npm run gallery -- calls system` for those whose name has one of the words. They are
 * for eyes, before something is shown to a customer: what changed is looked at, not compared by a machine. A panel or dialog that
 * did not open is named at the end.
 */
const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
] as const;

type Shot = Readonly<{ name: string; who: SignIn | undefined; url: string; act?: (page: Page) => Promise<void> }>;

const folder = path.resolve(import.meta.dirname, "../.output/gallery");
const words = process.argv.slice(2);
const isWanted = ({ name }: Shot) => words.length === 0 || words.some((word) => name.includes(word));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
process.env["RINGFENCE_STACK_TRAFFIC"] = "on";
const stop = await startStack();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const visits = new Map<string, Awaited<ReturnType<BrowserContext["storageState"]>>>();
const pictures: Picture[] = [];
const failed: string[] = [];
try {
  const { appUrl } = stack();
  const fresh = await newcomer(browser, appUrl, signInOf("reseller", "owner"));
  const shots = [...shotsOf(), ...shotsOfNothing(fresh), ...shotsOfFailure()].filter(isWanted);
  for (const [index, shot] of shots.entries()) {
    for (const look of looks) pictures.push(await take(shot, look, appUrl));
    console.log(`${index + 1} of ${shots.length}: ${shot.name}`);
  }
} finally {
  writeFileSync(path.join(folder, "index.html"), galleryPage(pictures));
  await browser.close();
  await stop();
}
console.log(`${pictures.length} pictures: ${path.join(folder, "index.html")}`);
if (failed.length > 0) console.error(`${failed.length} are not what they should show:\n${failed.join("\n")}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function shotsOf(): Shot[] {
  return [
    ...outside.map(([url]) => ({ name: `signed out ${url}`, who: undefined, url })),
    ...places.flatMap(({ as: [kind, role], page, ...more }): Shot[] => {
      const who = signInOf(kind, role);
      const shot = { name: `${kind} ${page || "/home"}`, who, url: `/t/${who.tenantSlug}${page}` };
      return "row" in more ? [shot, { ...shot, name: `${shot.name} with its panel`, act: openFirstRow }] : [shot];
    }),
    { name: "account", who: signInOf("customer", "owner"), url: "/account" },
    ...dialogs.map(([kind, page, opener]): Shot => {
      const who = signInOf(kind, "owner");
      const act = (at: Page) => at.getByRole("button", { name: opener }).click();
      return { name: `${kind} ${page} ${opener}`, who, url: `/t/${who.tenantSlug}${page}`, act };
    }),
  ];
}

/** What a customer sees on the first day, under a name as long as names get. */
function shotsOfNothing(who: SignIn): Shot[] {
  const pages = [...new Set(places.filter(({ as }) => as[0] === "customer").map(({ page }) => page))];
  return pages.map((page) => ({ name: `nothing yet ${page || "/home"}`, who, url: `/t/${who.tenantSlug}${page}` }));
}

/** What is said when the portal does not answer: beside what was there, and in place of what was looked for. */
function shotsOfFailure(): Shot[] {
  return places
    .filter((place) => "fails" in place)
    .map(({ as: [kind, role], page }) => {
      const who = signInOf(kind, role);
      const act = async (at: Page) => {
        await failFromNowOn(at);
        const search = at.getByRole("main").locator('input[data-shortcut="/"]');
        if (await search.isVisible()) await search.fill("something else");
      };
      return { name: `failed ${kind} ${page || "/home"}`, who, url: `/t/${who.tenantSlug}${page}`, act };
    });
}

async function openFirstRow(page: Page): Promise<void> {
  await page.locator("[data-row]").first().click({ timeout: 5_000 });
}

async function take({ name, who, url, act }: Shot, look: (typeof looks)[number], appUrl: string): Promise<Picture> {
  const { colorScheme, viewport } = look;
  const state = who && visits.get(who.email);
  const context = await browser.newContext({
    ...{
      baseURL: appUrl,
      colorScheme,
      viewport,
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      reducedMotion: "reduce",
    },
    ...(state ? { storageState: state } : {}),
  });
  const page = await context.newPage();
  if (who && !state) {
    await signIn(page, who);
    visits.set(who.email, await context.storageState());
  }
  await page.goto(url);
  await page.waitForLoadState("load");
  // Without the panel or dialog a picture says more than no picture; the gallery has failed all the same.
  const fail = (error: Error) => void failed.push(`${name}, ${look.name}: ${error.message.split("\n")[0]}`);
  await act?.(page).catch(fail);
  await page.waitForTimeout(700);
  await expect(coming(page), "still on its way").toHaveCount(0, { timeout: 60_000 }).catch(fail);
  const file = `${name.replaceAll(/[^a-z0-9]+/gi, "-")}-${look.name}.png`;
  await page.screenshot({ path: path.join(folder, file), fullPage: !act });
  await context.close();
  return { name, look: look.name, file };
}

async function signIn(page: Page, who: SignIn): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**/t/${who.tenantSlug}`);
}
