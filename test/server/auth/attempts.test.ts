import { afterAll, beforeAll, expect, test } from "vitest";

import { createAttempts, waitAfter } from "@/server/auth/attempts";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const attempts = () => createAttempts({ secret: "s".repeat(32), sql: db.pool });
const times = async (n: number, work: () => Promise<number>): Promise<number[]> => {
  const waits = [];
  for (let i = 0; i < n; i += 1) waits.push(await work());
  return waits;
};

test("five failures are free, then each further one waits twice as long, up to a quarter of an hour", () => {
  const rule = { free: 5, firstWaitS: 5 };
  expect([1, 5, 6, 7, 8, 12, 13, 14, 500].map((failures) => waitAfter(failures, rule))).toEqual([
    0, 0, 5, 10, 20, 320, 640, 900, 900,
  ]);
});

test("whoever keeps failing is made to wait, and is told how long", async () => {
  const { begin } = attempts();
  const waits = await times(8, () => begin("203.0.113.1", "owner@a.example"));
  expect(waits.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  for (const wait of waits.slice(6)) {
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(5);
  }
});

test("the owner gets in from elsewhere while an attacker is made to wait", async () => {
  const { begin } = attempts();
  await times(20, () => begin("203.0.113.2", "owner@b.example"));
  expect(await begin("203.0.113.2", "owner@b.example")).toBeGreaterThan(0);
  expect(await begin("198.51.100.9", "owner@b.example")).toBe(0);
});

test("a right password starts the count anew", async () => {
  const { begin, succeeded } = attempts();
  await times(5, () => begin("203.0.113.3", "c@c.example"));
  await succeeded("203.0.113.3", "c@c.example");
  expect(await times(5, () => begin("203.0.113.3", "c@c.example"))).toEqual([0, 0, 0, 0, 0]);
});

test("a thousand at once are counted one by one", async () => {
  const { begin } = attempts();
  const waits = await Promise.all(Array.from({ length: 100 }, () => begin("203.0.113.4", "d@d.example")));
  // Five free ones and the one that got the ticket.
  expect(waits.filter((wait) => wait === 0).length).toBeLessThanOrEqual(6);
});

test("one place that tries many people is made to wait too, whichever of its addresses it uses", async () => {
  const { begin } = attempts();
  const waits = [];
  for (let i = 0; i < 40; i += 1) waits.push(await begin(`2001:db8:9:9::${i.toString(16)}`, `person${i}@e.example`));
  expect(waits.slice(0, 31).every((wait) => wait === 0)).toBe(true);
  expect(waits.slice(31).every((wait) => wait > 0)).toBe(true);
});

test("one address alone, however long it hammers, makes nobody wait elsewhere", async () => {
  const { begin } = attempts();
  await times(200, () => begin("203.0.113.5", "f@f.example"));
  // A place that the person was never seen at.
  expect(await begin("198.51.100.7", "f@f.example")).toBe(0);
});

test("many addresses that try one person are made to wait, and where the person is known nobody is", async () => {
  const { begin } = attempts();
  const waits = [];
  for (let i = 0; i < 40; i += 1) waits.push(await begin(`203.0.${i}.1`, "g@g.example", async () => ["192.0.2.77"]));
  expect(waits.slice(0, 31).every((wait) => wait === 0)).toBe(true);
  expect(waits.slice(31).every((wait) => wait > 0)).toBe(true);
  expect(await begin("192.0.2.77", "g@g.example", async () => ["192.0.2.77"])).toBe(0);
  expect(await begin("192.0.2.78", "other@g.example")).toBe(0);
});

test("the store never learns an address", async () => {
  const { rows } = await db.owner.query("SELECT key FROM rate_limit");
  expect(rows.length).toBeGreaterThan(5);
  for (const { key } of rows) expect(key).toMatch(/^[ft]-(pair|place|account):[\w-]{43}$/);
});
