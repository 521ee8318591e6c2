import { expect } from "@playwright/test";

import { test } from "./support/portal";
import { signInOf } from "./support/stack";

test("while the stream is cut, the incident room asks again for what it contains and for its evidence", async ({
  page,
  resume,
}) => {
  const operator = signInOf("operator", "owner");
  await page.route(/\/api\/live\?/, (route) => route.abort());
  await resume(operator);
  const about = `Nobody tells ${Date.now()}`;
  await page.goto(`/t/${operator.tenantSlug}/incidents?q=${encodeURIComponent(about)}`);
  await page.getByRole("button", { name: "Open an incident" }).click();
  await page.getByRole("dialog").getByLabel("What it is about").fill(about);
  await page.getByRole("dialog").getByRole("button", { name: "Open it" }).click();
  await page.getByRole("link", { name: about }).click();
  await expect(page.getByRole("complementary").getByRole("heading", { name: "Evidence" })).toBeVisible();
  const asked = (path: string) => page.waitForRequest((request) => request.url().includes(path), { timeout: 60_000 });
  // The first of each may be the one that opens the room; nothing but a clock asks for the second.
  for (let n = 0; n < 2; n += 1) await Promise.all([asked("containment.list"), asked("evidence.list")]);
});
