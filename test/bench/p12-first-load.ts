import { type Browser, chromium } from "@playwright/test";

import startStack from "@/test/e2e/support/global-setup";
import { signInOf, stack } from "@/test/e2e/support/stack";
import { signIn, watch, watched } from "@/test/e2e/support/watch";
import { type Figure, round } from "./figure";
import { atWork } from "./p12-at-work";

type Place = Readonly<{ what: string; who: readonly [string, string] | undefined; page: string; kb: number }>;

const SIGN_IN_KB = 160;
const LIST_KB = 185;
const ROOM_KB = 210;
const LCP_S = 0.8;
const SHIFT = 0.02;
const FIRST_BYTE_MS = 350;

const list = (page: string, kind = "customer"): Place => ({ what: page, who: [kind, "owner"], page, kb: LIST_KB });
const places: readonly Place[] = [
  { what: "/sign-in", who: undefined, page: "/sign-in", kb: SIGN_IN_KB },
  ...["", "/calls", "/live", "/extensions", "/balance", "/destinations", "/exports"].map((page) => list(page)),
  list("/tenants", "reseller"),
  // The chart is what one comes for, so its library counts.
  { what: "/reports", who: ["customer", "owner"], page: "/reports", kb: ROOM_KB },
  { what: "/incidents", who: ["operator", "owner"], page: "/incidents", kb: ROOM_KB },
];

type Visit = Readonly<{ what: string; figures: readonly Figure[]; shift: number; firstByteMs: number }>;

/**
 * P12: the JavaScript that comes with a first visit, as it is transferred, when the largest thing is painted, and whether
 * anything moves afterwards; then how the page answers.
 */
export async function firstLoad(): Promise<Figure[]> {
  const stop = process.env["RINGFENCE_BROWSER_STACK"] ? async () => {} : await startStack();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const visits: Visit[] = [];
    for (const place of places) visits.push(await visit(browser, place));
    return [...visits.flatMap(({ figures }) => figures), ...worstOf(visits), ...(await atWork(browser))];
  } finally {
    await browser.close();
    await stop();
  }
}

async function visit(browser: Browser, { what, who: as, page: address, kb }: Place): Promise<Visit> {
  const who = as && signInOf(...as);
  const context = await browser.newContext({ baseURL: stack().appUrl, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await watch(page);
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
  const { shift } = await watched(page);
  const firstByteMs = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    return navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : Number.NaN;
  });
  await context.close();
  const size = bytes / 1_000;
  const name = what || "home";
  const figures = [
    {
      ...{ id: "P12", what: `JavaScript of ${name}`, measured: round(size), unit: "kB" },
      ...{ reach: `≤ ${kb} kB`, reached: size <= kb },
    },
    {
      ...{ id: "P12", what: `largest paint of ${name}`, measured: round(paintedMs / 1_000, 2), unit: "s" },
      ...{ reach: `≤ ${LCP_S} s`, reached: paintedMs <= LCP_S * 1_000 },
    },
  ];
  return { what, figures, shift, firstByteMs };
}

/** One line each for what is nearly nothing everywhere: of the page where it is most. */
function worstOf(visits: readonly Visit[]): Figure[] {
  const most = (of: (visit: Visit) => number) => visits.reduce((worst, one) => (of(one) > of(worst) ? one : worst));
  const moved = most(({ shift }) => shift);
  const late = most(({ firstByteMs }) => firstByteMs);
  return [
    {
      ...{ id: "P12", what: `largest shift of these pages, ${moved.what || "home"}`, measured: round(moved.shift, 3) },
      ...{ unit: "CLS", reach: `≤ ${SHIFT}`, reached: moved.shift <= SHIFT },
    },
    {
      ...{ id: "P12", what: `latest first byte of these pages, ${late.what || "home"}` },
      ...{ measured: round(late.firstByteMs, 0), unit: "ms" },
      ...{ reach: `≤ ${FIRST_BYTE_MS} ms`, reached: late.firstByteMs <= FIRST_BYTE_MS },
    },
  ];
}
