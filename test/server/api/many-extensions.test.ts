import { afterAll, beforeAll, expect, test } from "vitest";

import { MOST_IN_AN_ACT } from "@/server/domain/provisioning/bulk.schema";
import { PAGE_ROWS } from "@/server/domain/provisioning/extension-list";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

const MANY = 10_000;
const FIRST = 10_001;
const acme = { tenantSlug: "acme" };

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.sql(
    `INSERT INTO extension (tenant_id, number, display_name, sip_username)
     SELECT $1, n::text, 'Room ' || n, 'acme-' || n FROM generate_series($2::int, $2::int + $3::int - 1) n`,
    [on.customer.tenantId, FIRST, MANY],
  );
});
afterAll(() => db.drop());

const page = (more: Readonly<Record<string, unknown>> = {}) => on.as("customer").extensions.page({ ...acme, ...more });
const numbersOf = (items: readonly { number: string }[]) => items.map(({ number }) => Number(number));

test("a page has a hundred of ten thousand, at either end, and says how many there are", async () => {
  for (const [sort, from, step] of [
    ["number", FIRST, 1],
    ["-number", FIRST + MANY - 1, -1],
  ] as const) {
    const first = await page({ sort });
    const second = await page({ sort, after: first.nextAfter });
    for (const { items, total } of [first, second]) expect([items.length, total]).toEqual([PAGE_ROWS, MANY]);
    const expected = Array.from({ length: 2 * PAGE_ROWS }, (_, at) => from + step * at);
    expect(numbersOf([...first.items, ...second.items])).toEqual(expected);
  }
  // The last page but one, and the last, which has no next.
  const late = await page({ after: (await page({ sort: "-number" })).items.at(-1)?.number });
  expect([late.items.length, late.nextAfter]).toEqual([PAGE_ROWS - 1, null]);
});

test("the last but one is found by its number, its name and its user name, and from everywhere", async () => {
  const wanted = FIRST + 9_998;
  for (const text of [`${wanted}`, `Room ${wanted}`, `acme-${wanted}`]) {
    const { items, nextAfter, total } = await page({ text });
    expect([numbersOf(items), nextAfter, total]).toEqual([[wanted], null, MANY]);
  }
  expect((await page({ text: "Room 1" })).items).toHaveLength(PAGE_ROWS);
  const found = await on.as("customer").search.find({ ...acme, text: `${wanted}` });
  expect(found).toContainEqual(
    expect.objectContaining({ kind: "extension", title: expect.stringContaining(`${wanted}`) }),
  );
});

test("what is chosen over two pages is changed in one act that says how many, and more than may be is refused whole", async () => {
  const first = await page();
  const second = await page({ after: first.nextAfter });
  const suspend = (extensionIds: string[]) => on.as("customer").bulk.suspend({ ...acme, extensionIds });
  const suspended = () =>
    on.one<{ n: number }>("SELECT count(*)::int AS n FROM extension WHERE state = 'suspended'").then(({ n }) => n);
  const tooMany = await on.sql<{ id: string }>("SELECT id FROM extension LIMIT $1", [MOST_IN_AN_ACT + 1]);
  await expect(suspend(tooMany.map(({ id }) => id))).rejects.toMatchObject({ code: "BAD_REQUEST" });
  expect(await suspended()).toBe(0);
  const chosen = [...first.items, ...second.items].map(({ id }) => id);
  expect(await suspend(chosen)).toEqual({ count: 2 * PAGE_ROWS });
  expect(await suspended()).toBe(2 * PAGE_ROWS);
  expect((await page({ status: "suspended" })).items).toHaveLength(PAGE_ROWS);
});
