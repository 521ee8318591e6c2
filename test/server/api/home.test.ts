import { afterAll, beforeAll, expect, test } from "vitest";

import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { livedBranches } from "@/test/support/lived";

let db: TestDatabase;
let lived: Awaited<ReturnType<typeof livedBranches>>;
beforeAll(async () => {
  db = await createDatabase();
  lived = await livedBranches(db);
});
afterAll(() => db.drop());

test("shows two weeks, today's calls and cost, and why calls were refused", async () => {
  const home = await callerFor(db.app, lived.owner).home.get({ tenantSlug: "inside" });
  expect(home).toMatchObject({
    phones: { online: 0, total: 1 },
    callsToday: 3,
    costTodayMicros: 20_000n,
    firstCallDone: true,
  });
  expect(home.days).toHaveLength(14);
  expect(home.days.at(-1)).toEqual({ day: new Date().toISOString().slice(0, 10), costMicros: 20_000n, calls: 1 });
  expect(home.days.map((day) => day.day)).toEqual([...home.days.map((day) => day.day)].sort());
  expect(home.attention).toContainEqual(
    expect.objectContaining({ code: "DST-01", title: "1 call refused in 24 hours" }),
  );
});

test("adds up what is below for a reseller", async () => {
  const home = await callerFor(db.app, lived.above).home.get({ tenantSlug: "ours" });
  expect(home).toMatchObject({ callsToday: 3, costTodayMicros: 20_000n, phones: { total: 1 } });
  expect(home.attention).toContainEqual(
    expect.objectContaining({ code: "LOW-01", detail: expect.stringContaining("sibling") }),
  );
});

test("a tenant that is new has nothing yet, and is told what is missing", async () => {
  const fresh = await lived.build.tenant("customer", lived.reseller);
  const home = await callerFor(db.app, await lived.seat(fresh, "viewer")).home.get({ tenantSlug: fresh.slug });
  expect(home).toMatchObject({
    firstCallDone: false,
    callsToday: 0,
    costTodayMicros: 0n,
    phones: { online: 0, total: 0 },
  });
  expect(home.attention.map((item) => item.code)).toEqual(["RAT-01", "BAL-01"]);
});
