import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "@playwright/test";

/** Draws the icons of the installed portal from the mark, for whoever changes the mark: node --import tsx test/gallery/icons.ts */
const root = path.resolve(import.meta.dirname, "../..");
const mark = readFileSync(path.join(root, "app/icon.svg"), "utf8");
/** `inset`: how much of the side stays free around the mark. A maskable icon may be cut to a circle of 80 %. */
const icons = [
  { file: "public/icons/192.png", side: 192, inset: 0.08, ground: "transparent" },
  { file: "public/icons/512.png", side: 512, inset: 0.08, ground: "transparent" },
  { file: "public/icons/maskable-512.png", side: 512, inset: 0.22, ground: "#fcfcfd" },
  { file: "app/apple-icon.png", side: 180, inset: 0.14, ground: "#fcfcfd" },
] as const;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
mkdirSync(path.join(root, "public/icons"), { recursive: true });
for (const { file, side, inset, ground } of icons) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  const style = `margin:0;background:${ground};display:grid;place-items:center;height:100vh`;
  await page.setContent(`<body style="${style}"><div style="width:${(1 - 2 * inset) * 100}vw">${mark}</div></body>`);
  writeFileSync(path.join(root, file), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
