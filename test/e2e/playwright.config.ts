import path from "node:path";
import { defineConfig } from "@playwright/test";

const output = path.resolve(import.meta.dirname, "../.output");

/** Debian's Chromium; the flags keep it quiet on a machine without the outside world. */
const chromium = {
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A microphone that beeps, which nobody is asked about.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
  ],
};

/** One stack, one browser at a time, no second tries: a test that passes only sometimes has failed. */
export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: "**/*.spec.ts",
  outputDir: path.join(output, "browser"),
  globalSetup: path.join(import.meta.dirname, "support/global-setup.ts"),
  workers: 1,
  retries: 0,
  forbidOnly: true,
  // Limits for a slow machine with much to do: nothing here says how fast something is.
  timeout: 900_000,
  expect: { timeout: 90_000 },
  reporter: [["list"], ["json"]],
  use: {
    actionTimeout: 90_000,
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    // Pictures of every frame, and what pulses on a page, keep a machine busy that draws without a graphics card.
    trace: { mode: "retain-on-failure", screenshots: false },
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: chromium,
  },
});
