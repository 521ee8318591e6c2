import { afterAll, beforeAll, expect, test } from "vitest";

import { type HomePart, homeParts } from "@/components/home/home-parts";
import { todayIn } from "@/components/reports/report-params";
import { roles } from "@/server/domain/tenancy/roles";
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
  expect(home.days.at(-1)).toEqual({ day: todayIn(lived.zone, new Date()), costMicros: 20_000n, calls: 1 });
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

test.each(roles)("a seat of the role %s that opens its first page asks for nothing that is refused", async (role) => {
  for (const at of [lived.operator, lived.reseller, lived.customer]) {
    const tenantSlug = at.slug;
    const as = callerFor(db.app, await lived.seat(at, role));
    const asked: Readonly<Record<HomePart, () => Promise<unknown>>> = {
      "incidents.due": () => as.incidents.due({ tenantSlug }),
      "reports.pulse": () => as.reports.pulse({ tenantSlug }),
      "system.get": () => as.system.get({ tenantSlug }),
      "duties.list": () => as.duties.list({ tenantSlug }),
      "billing.balance": () => as.billing.balance({ tenantSlug }),
      "calls.live": () => as.calls.live({ tenantSlug }),
    };
    const parts = homeParts(await as.shell.get({ tenantSlug }));
    for (const part of parts) await expect(asked[part](), part).resolves.toBeTruthy();
    if (role === "owner") expect(parts).toHaveLength(at === lived.operator ? 4 : 2);
  }
  expect(await lived.build.sql("SELECT 1 FROM audit_event WHERE action = 'permission.deny'")).toEqual([]);
});
