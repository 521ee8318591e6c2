import { randomBytes, randomUUID } from "node:crypto";
import { expect, type Locator, type Page } from "@playwright/test";

import { openPage } from "./support/hand";
import { test } from "./support/portal";
import { act } from "./support/procedures";
import { type SignIn, signInOf } from "./support/stack";

type Way = "ascending" | "descending";
/** A list, and the heads that it is put in order by: each with the way that it begins with. */
type List = Readonly<{
  as: SignIn["kind"];
  page: string;
  heads: readonly (readonly [string | RegExp, Way])[];
  /** Makes rows, and says whose they are. */
  fill?: (page: Page, own: string) => Promise<string>;
}>;

const lists: readonly List[] = [
  {
    as: "operator",
    page: "/tenants",
    heads: [
      ["Available", "ascending"],
      ["Since", "descending"],
      ["Tenant", "ascending"],
    ],
  },
  {
    as: "customer",
    page: "/extensions",
    heads: [
      ["Name", "ascending"],
      ["Number", "ascending"],
    ],
  },
  {
    as: "operator",
    page: "/incidents",
    heads: [
      ["No.", "descending"],
      [/^Last seen/, "descending"],
    ],
    fill: async (page, own) => {
      for (const title of ["The first of two", "The second of two"])
        await act(page, "incidents.open", { tenantSlug: own, title, severity: "low" });
      return own;
    },
  },
  // It begins in order by time, the newest first.
  { as: "customer", page: "/calls", heads: [[/^Time/, "ascending"]] },
  { as: "reseller", page: "/balance", heads: [[/^Time/, "ascending"]], fill: tenantWithLines },
];

/** Its lines were written when they say: those of the demo's calls say a moment long ago. */
async function tenantWithLines(page: Page, own: string): Promise<string> {
  const slug = `lines-${randomBytes(4).toString("hex")}`;
  const where = { currency: "EUR", timeZone: "Europe/Berlin", country: "DE", planId: null };
  const made = {
    tenantSlug: own,
    name: "Lines",
    slug,
    adminEmail: `owner@${slug}.example`,
    initialCredit: "1",
    ...where,
  };
  const given = { tenantSlug: own, withTenantSlug: slug, direction: "down", amount: "1", currency: "EUR" };
  for (const [procedure, input] of [
    ["tenants.onboard", made],
    ["billing.transfer", { ...given, postingKey: `portal:${randomUUID()}` }],
    ["billing.transfer", { ...given, postingKey: `portal:${randomUUID()}` }],
  ] as const) {
    expect((await act(page, procedure, input)).status, procedure).toBe(200);
  }
  return slug;
}

const opposite = { ascending: "descending", descending: "ascending" } as const;
const headOf = (page: Page, name: string | RegExp): Locator =>
  page
    .getByRole("main")
    .getByRole("columnheader")
    .filter({ has: page.getByRole("button", { name }) });

/** What the rows have in the column of a head, exactly: amounts and moments by what stands behind the figure. */
const valuesUnder = (head: Locator): Promise<readonly (string | number)[]> =>
  head.evaluate((cell: HTMLTableCellElement) =>
    [...(cell.closest("table")?.tBodies[0]?.rows ?? [])].map((row) => {
      const own = row.cells[cell.cellIndex];
      const moment = own?.querySelector("time")?.dateTime;
      const text = moment ?? own?.querySelector<HTMLElement>("[title]")?.title ?? own?.textContent ?? "";
      const figure = /^([-−]?)([\d,]+(?:\.\d+)?)(?: [A-Z]{3})?$/.exec(text);
      return figure ? Number(`${figure[1] && "-"}${figure[2]?.replaceAll(",", "")}`) : text.toLowerCase();
    }),
  );

const inOrder = (values: readonly (string | number)[], way: Way): boolean =>
  values.every((value, at) => {
    const before = values[at - 1] ?? value;
    return way === "ascending" ? before <= value : before >= value;
  });

async function standsIn(head: Locator, way: Way): Promise<void> {
  await expect(head).toHaveAttribute("aria-sort", way);
  await expect.poll(async () => inOrder(await valuesUnder(head), way), `rows ${way}`).toBe(true);
  const values = await valuesUnder(head);
  expect(new Set(values).size, "rows that can be told apart").toBeGreaterThan(1);
}

for (const { as, page: path, heads, fill } of lists) {
  test(`${path}: a pressed head puts its rows in order at once, though the hand is still on the list`, async ({
    page,
    resume,
  }) => {
    const who = signInOf(as, "owner");
    await resume(who);
    await openPage(page, `/t/${who.tenantSlug}`);
    const slug = (await fill?.(page, who.tenantSlug)) ?? who.tenantSlug;
    await openPage(page, `/t/${slug}${path}`);
    for (const [name, first] of heads) {
      const head = headOf(page, name);
      const button = head.getByRole("button");
      await test.step(`${String(name)} by the mouse, which stays there`, async () => {
        await button.click();
        await standsIn(head, first);
        await button.click();
        await standsIn(head, opposite[first]);
      });
      await test.step(`${String(name)} by the keys, with the focus on it and the mouse elsewhere`, async () => {
        await page.mouse.move(0, 0);
        await button.press("Enter");
        await standsIn(head, first);
        await button.press("Space");
        await standsIn(head, opposite[first]);
        await expect(button).toBeFocused();
      });
    }
    await test.step("Back brings the order before", async () => {
      const [name, first] = heads.at(-1) ?? heads[0] ?? ["", "ascending"];
      await page.goBack();
      await standsIn(headOf(page, name), first);
    });
  });
}

test("rows in the old order say so until those in the new one are there", async ({ page, resume }) => {
  const who = signInOf("operator", "owner");
  await resume(who);
  await openPage(page, `/t/${who.tenantSlug}/tenants`);
  const head = headOf(page, "Available");
  const rows = page.getByRole("main").locator("tbody");
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(/tenants\.list/, async (route) => {
    await held;
    await route.continue();
  });
  await head.getByRole("button").click();
  await expect(rows).toHaveAttribute("aria-busy", "true");
  await expect(rows).toHaveCSS("opacity", "0.5");
  answer();
  await standsIn(head, "ascending");
  await expect(rows).not.toHaveAttribute("aria-busy");
  await expect(rows).toHaveCSS("opacity", "1");
});
