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
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json"]],
  use: {
    actionTimeout: 20_000,
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: chromium,
  },
});
