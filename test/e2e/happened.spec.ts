import { expect, type Page } from "@playwright/test";

import { expectAccessibleInBoth } from "./support/axe";
import { openPage } from "./support/hand";
import { test } from "./support/portal";
import { signInOf } from "./support/stack";

const operator = () => signInOf("operator", "owner");
const customer = () => signInOf("customer", "owner");

/** When each of the operator's jobs with this title ended, as its own list says. */
const endsOf = (page: Page, title: string): Promise<readonly string[]> =>
  page.evaluate(
    async ([tenantSlug, wanted]) => {
      const input = encodeURIComponent(JSON.stringify({ json: { tenantSlug, limit: 8 } }));
      const answer = await (await fetch(`/api/trpc/tasks.list?input=${input}`)).json();
      const items: { title: string; endedAt: string | null }[] = answer.result.data.json.items;
      return items.filter((task) => task.title.includes(wanted) && task.endedAt).map(({ endedAt }) => String(endedAt));
    },
    [operator().tenantSlug, title] as const,
  );

test("a job that failed is told by the chip and the bell, and is tried once more from its bar", async ({
  page,
  resume,
}) => {
  await resume(operator());
  const name = `no-records-${Date.now()}.csv`;
  await openPage(page, `/t/${operator().tenantSlug}/reconciliation`);
  await page.getByRole("button", { name: "Compare a file" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare a file" });
  await dialog
    .getByLabel("File", { exact: true })
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from("one,two\n1,2\n") });
  await dialog.getByLabel("What it is").selectOption({ label: "A carrier's records or bill" });
  await dialog.getByLabel("Carrier", { exact: true }).fill("e2e-failing");
  await dialog.getByRole("button", { name: "Compare file" }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(async () => (await endsOf(page, name)).length).toBe(1);

  await openPage(page, `/t/${operator().tenantSlug}/system`);
  const job = page.getByRole("list", { name: "Jobs" }).getByRole("listitem").filter({ hasText: name });
  await page.getByRole("button", { name: /^\d+ jobs? failed$/ }).click();
  await expect(job.getByText("Failed", { exact: true })).toBeVisible();
  await expectAccessibleInBoth(page);
  const [before] = await endsOf(page, name);
  const asked = page.waitForResponse((answer) => answer.url().includes("tasks.resume"));
  await job.getByRole("button", { name: "Go on" }).click();
  expect((await asked).status()).toBe(200);
  await expect.poll(async () => (await endsOf(page, name)).filter((end) => end !== before).length).toBe(1);
  await expect(job.getByRole("button", { name: "Go on" })).toBeEnabled();

  await test.step("the bell names it, until it was read, and leads to where it was asked for", async () => {
    await openPage(page, `/t/${operator().tenantSlug}/system`);
    await page.getByRole("button", { name: /^What happened: \d+ new$/ }).click();
    const line = page.getByRole("list", { name: "What happened" }).getByRole("link").filter({ hasText: name });
    await expect(line).toContainText("(new)");
    await expectAccessibleInBoth(page);
    await line.click();
    await expect(page).toHaveURL(/\/reconciliation$/);
    await expect(page.getByRole("button", { name: "What happened", exact: true })).toBeVisible();
  });
});

test("behind the balance stand its figures and the amounts one tops up by", async ({ page, resume }) => {
  await resume(customer());
  await openPage(page, `/t/${customer().tenantSlug}/calls`);
  await page.getByRole("button", { name: "Balance" }).click();
  const amounts = page.getByRole("group", { name: "Top up by card" });
  await expect(amounts.getByRole("button").first()).toBeVisible();
  await expectAccessibleInBoth(page);
  const words = (await amounts.getByRole("button").nth(1).textContent()) ?? "";
  await amounts.getByRole("button").nth(1).click();
  const dialog = page.getByRole("dialog", { name: "Top up" });
  await expect(dialog.getByLabel("Amount", { exact: true })).toHaveValue(
    new RegExp(`^${words.replaceAll(/\D/g, "")}(\\.00)?$`),
  );
});
