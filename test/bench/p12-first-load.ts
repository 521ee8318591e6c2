import { type Browser, chromium, type Page } from "@playwright/test";

import startStack from "@/test/e2e/support/global-setup";
import { type SignIn, signInOf, stack } from "@/test/e2e/support/stack";
import { type Figure, round } from "./figure";

type Place = Readonly<{ what: string; who: readonly [string, string] | undefined; page: string; kb: number }>;

const SIGN_IN_KB = 160;
const LIST_KB = 185;
const ROOM_KB = 210;
const LCP_S = 0.8;

const list = (page: string, kind = "customer"): Place => ({ what: page, who: [kind, "owner"], page, kb: LIST_KB });
const places: readonly Place[] = [
  { what: "/sign-in", who: undefined, page: "/sign-in", kb: SIGN_IN_KB },
  ...["", "/calls", "/live", "/extensions", "/balance", "/destinations", "/exports"].map((page) => list(page)),
  list("/tenants", "reseller"),
  // The chart is what one comes for, so its library counts.
  { what: "/reports", who: ["customer", "owner"], page: "/reports", kb: ROOM_KB },
  { what: "/incidents", who: ["operator", "owner"], page: "/incidents", kb: ROOM_KB },
];

/** P12: the JavaScript that comes with a first visit, as it is transferred, and when the largest thing is painted. */
export async function firstLoad(): Promise<Figure[]> {
  const stop = process.env["RINGFENCE_BROWSER_STACK"] ? async () => {} : await startStack();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const figures: Figure[] = [];
    for (const place of places) figures.push(...(await visit(browser, place)));
    return figures;
  } finally {
    await browser.close();
    await stop();
  }
}

async function visit(browser: Browser, { what, who: as, page: address, kb }: Place): Promise<Figure[]> {
  const who = as && signInOf(...as);
  const context = await browser.newContext({ baseURL: stack().appUrl, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  if (who) await signIn(page, who);
  // Signing in has filled the cache; a first visit finds it empty.
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  const scripts = new Map<string, boolean>();
  let bytes = 0;
  session.on("Network.responseReceived", ({ requestId, type }) => void scripts.set(requestId, type === "Script"));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.get(requestId)) bytes += encodedDataLength;
  });
  await page.goto(who ? `/t/${who.tenantSlug}${address}` : address);
  await page.waitForLoadState("networkidle").catch(() => {});
  await page.waitForTimeout(1_000);
  const paintedMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((entries) => resolve(entries.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
      }),
  );
  await context.close();
  const size = bytes / 1_000;
  const name = what || "home";
  return [
    {
      ...{ id: "P12", what: `JavaScript of ${name}`, measured: round(size), unit: "kB" },
      ...{ reach: `≤ ${kb} kB`, reached: size <= kb },
    },
    {
      ...{ id: "P12", what: `largest paint of ${name}`, measured: round(paintedMs / 1_000, 2), unit: "s" },
      ...{ reach: `≤ ${LCP_S} s`, reached: paintedMs <= LCP_S * 1_000 },
    },
  ];
}

async function signIn(page: Page, who: SignIn): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**/t/${who.tenantSlug}`);
}
