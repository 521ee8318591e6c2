import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { permissionsFor } from "@/server/domain/tenancy/roles";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callDesk } from "@/test/support/call-desk";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: string;
let above: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  const { build, operator, reseller, customer, seat } = branches;
  owner = await seat(customer, "owner");
  above = await seat(reseller, "support");
  const wholesale = await build.plan(operator, { "49": { perMinute: 10_000n } });
  await build.assign(reseller, wholesale);
  await build.assign(customer, await build.plan(reseller, { "49": { perMinute: 20_000n } }));
  await build.topUp(reseller, 50_000_000n);
  await build.topUp(customer, 5_000_000n);
  const { endpoint } = await build.phone(customer, "101");
  const desk = callDesk(db.pool);
  await desk.authorise({ call: "one", endpoint });
  await desk.answered("one");
  await desk.settle("one", 60_000);
  await desk.authorise({ call: "closed", endpoint, country: "FR", e164: "33199001234" });
  await desk.authorise({ call: "going", endpoint });
});
afterAll(() => db.drop());

describe("the shell", () => {
  test("frames a customer's page", async () => {
    const shell = await callerFor(db.app, owner).shell.get({ tenantSlug: "inside" });
    expect(shell).toMatchObject({
      tenant: {
        id: branches.customer.tenantId,
        slug: "inside",
        kind: "customer",
        state: "active",
        currency: "EUR",
        timeZone: "UTC",
        country: "DE",
        parentName: "ours",
      },
      role: "owner",
      permissions: permissionsFor("owner"),
      liveCalls: 1,
      below: [],
    });
    const { postedMicros, heldMicros, availableMicros } = shell.balance;
    expect(postedMicros).toBe(4_980_000n);
    expect(availableMicros).toBe(postedMicros - heldMicros);
    expect(heldMicros).toBeGreaterThan(0n);
  });

  test("counts what is below for a reseller, whose staff also see the frame of those below", async () => {
    const shell = await callerFor(db.app, above).shell.get({ tenantSlug: "ours" });
    expect(shell).toMatchObject({ liveCalls: 1, role: "support", tenant: { parentName: "operator" } });
    expect(shell.below.map((tenant) => tenant.slug).sort()).toEqual(["inside", "sibling"]);
    expect(await callerFor(db.app, above).shell.get({ tenantSlug: "inside" })).toMatchObject({
      role: "support",
      tenant: { slug: "inside" },
    });
  });
});

describe("home", () => {
  test("shows two weeks, today's calls and cost, and why calls were refused", async () => {
    const home = await callerFor(db.app, owner).home.get({ tenantSlug: "inside" });
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
    const home = await callerFor(db.app, above).home.get({ tenantSlug: "ours" });
    expect(home).toMatchObject({ callsToday: 3, costTodayMicros: 20_000n, phones: { total: 1 } });
    expect(home.attention).toContainEqual(
      expect.objectContaining({ code: "LOW-01", detail: expect.stringContaining("sibling") }),
    );
  });

  test("a tenant that is new has nothing yet, and is told what is missing", async () => {
    const fresh = await branches.build.tenant("customer", branches.reseller);
    const home = await callerFor(db.app, await branches.seat(fresh, "viewer")).home.get({ tenantSlug: fresh.slug });
    expect(home).toMatchObject({
      firstCallDone: false,
      callsToday: 0,
      costTodayMicros: 0n,
      phones: { online: 0, total: 0 },
    });
    expect(home.attention.map((item) => item.code)).toEqual(["RAT-01", "BAL-01"]);
  });
});
