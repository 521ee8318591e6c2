import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const columns = () =>
  on.one<Record<string, unknown>>(
    `SELECT daily_cap_micros::int AS day, monthly_cap_micros::int AS month, call_cap_micros::int AS call, max_per_minute_micros::int AS minute,
       max_calls AS calls, max_calls_per_minute AS rate FROM tenant WHERE id = $1`,
    [on.customer.tenantId],
  );
const trailOf = (tenantId: string) =>
  on.sql<{ before: unknown; after: unknown; subject: string }>(
    "SELECT subject, before, after FROM audit_event WHERE tenant_id = $1 AND action = 'limits.set' ORDER BY seq DESC",
    [tenantId],
  );

describe("a tenant's limits", () => {
  test("are set one by one, and taken away", async () => {
    await on
      .as("customer")
      .limits.set({ ...acme, dailyCap: "20", monthlyCap: "300.5", callCap: "5", maxPerMinute: "0.50" });
    await on.as("customer").limits.set({ ...acme, maxCalls: 3, maxCallsPerMinute: 30 });
    expect(await columns()).toEqual({
      day: 20_000_000,
      month: 300_500_000,
      call: 5_000_000,
      minute: 500_000,
      calls: 3,
      rate: 30,
    });
    await on.as("customer").limits.set({ ...acme, monthlyCap: null, maxCalls: null });
    expect(await columns()).toMatchObject({ day: 20_000_000, month: null, calls: 20, rate: 30 });
    expect((await trailOf(on.customer.tenantId))[0]).toMatchObject({
      before: { monthlyCap: "300.500000", maxCalls: 3 },
      after: { monthlyCap: null, maxCalls: null },
    });
    expect((await on.as("customer").billing.balance(acme)).dailyCapMicros).toBe(20_000_000n);
    const { effective, above } = await on.as("customer").limits.get(acme);
    expect(effective).toMatchObject({ dailyCapMicros: 20_000_000n, monthlyCapMicros: null, maxCalls: 20 });
    expect(Object.values(above).every((value) => value === null)).toBe(true);
  });

  test("set from above cannot be lifted or passed below, and what was wished comes back", async () => {
    await on.as("customer").limits.set({ ...acme, dailyCap: "20", maxCalls: 10 });
    const tighten = (change: object) =>
      on.as("reseller").limits.setBelow({ tenantSlug: "reseller", ofTenantSlug: "acme", ...change });
    await tighten({ dailyCap: "5", maxCalls: 2, callCap: "1" });
    expect(await columns()).toMatchObject({ day: 5_000_000, calls: 2, call: 1_000_000 });
    const seen = await on.as("customer").limits.get(acme);
    expect(seen.above).toMatchObject({ dailyCapMicros: 5_000_000n, maxCalls: 2 });
    expect(seen.own).toMatchObject({ dailyCapMicros: 20_000_000n, maxCalls: 10 });

    const before = await everyRow(db);
    const attempt = on.as("customer").limits.set({ ...acme, dailyCap: "6" });
    await expect(attempt).rejects.toMatchObject({
      message: "limit_bound",
      cause: {
        detail: { field: "dailyCap", allowed: "5", asked: "6" },
        sentence: expect.stringMatching(/cap per day allowed from above is 5; 6/),
      },
    });
    await expect(on.as("customer").limits.set({ ...acme, maxCalls: 3 })).rejects.toMatchObject({
      message: "limit_bound",
    });
    expect(await everyRow(db)).toBe(before);

    // No limit of one's own means as far as the one above allows.
    await on.as("customer").limits.set({ ...acme, dailyCap: null });
    expect(await columns()).toMatchObject({ day: 5_000_000 });
    await on.as("customer").limits.set({ ...acme, dailyCap: "4" });
    expect(await columns()).toMatchObject({ day: 4_000_000 });
    await tighten({ dailyCap: null, maxCalls: null, callCap: null });
    expect(await columns()).toMatchObject({ day: 4_000_000, calls: 10 });
    expect(await trailOf(on.reseller.tenantId)).toHaveLength(2);
    expect((await trailOf(on.customer.tenantId))[0]).toMatchObject({
      before: { dailyCap: "5.000000" },
      after: { dailyCap: null },
    });
  });

  test("of two above the tighter one counts, and the nearer cannot pass the upper", async () => {
    const from = (who: "operator" | "reseller", change: object) =>
      on.as(who).limits.setBelow({ tenantSlug: who, ofTenantSlug: "acme", ...change });
    await on.as("customer").limits.set({ ...acme, dailyCap: null });
    await from("operator", { dailyCap: "50" });
    await expect(from("reseller", { dailyCap: "60" })).rejects.toMatchObject({ message: "limit_bound" });
    await from("reseller", { dailyCap: "40" });
    expect(await columns()).toMatchObject({ day: 40_000_000 });
    const seen = await on.as("reseller").limits.get({ tenantSlug: "reseller", ofTenantSlug: "acme" });
    expect(seen.yours.dailyCapMicros).toBe(40_000_000n);
    expect(seen.above.dailyCapMicros).toBe(50_000_000n);
    await from("operator", { dailyCap: "30" });
    await from("reseller", { dailyCap: null });
    expect(await columns()).toMatchObject({ day: 30_000_000 });
    await from("operator", { dailyCap: null });
    expect(await columns()).toMatchObject({ day: null });
  });

  test("are nobody's to set but one's own or those below", async () => {
    const beside = await on.tenant("customer", on.reseller, { slug: "beside" });
    const userId = await on.person(beside);
    const set = (tenantSlug: string, ofTenantSlug: string) =>
      on.as({ userId }).limits.setBelow({ tenantSlug, ofTenantSlug, dailyCap: "1" });
    for (const slug of ["acme", "reseller", "beside", "nobody"]) {
      await expect(set("beside", slug)).rejects.toMatchObject({ message: "not_below" });
    }
    await expect(on.as({ userId }).limits.get({ tenantSlug: "beside", ofTenantSlug: "acme" })).rejects.toMatchObject({
      message: "not_below",
    });
    await expect(
      on.as({ userId }).limits.preview({ tenantSlug: "beside", ofTenantSlug: "acme", dailyCap: "1" }),
    ).rejects.toMatchObject({ message: "not_below" });
    // Past the procedures too: the portal's role may not write the columns, nor the table of limits.
    for (const statement of [
      "UPDATE tenant SET daily_cap_micros = NULL",
      "UPDATE tenant SET state = 'active'",
      "UPDATE tenant SET tax_ppm = 0",
      "UPDATE tenant_limit SET daily_cap_micros = NULL",
    ]) {
      await expect(db.app.$executeRawUnsafe(statement)).rejects.toThrow(/permission denied/);
    }
  });

  test("set by several at once leave the tightest, whoever comes last", async () => {
    const wishes = ["9", "7", "8"].flatMap((dailyCap) => [
      () => on.as("customer").limits.set({ ...acme, dailyCap }),
      () => on.as("reseller").limits.setBelow({ tenantSlug: "reseller", ofTenantSlug: "acme", dailyCap }),
      () => on.as("operator").limits.setBelow({ tenantSlug: "operator", ofTenantSlug: "acme", dailyCap }),
    ]);
    await Promise.allSettled(wishes.map((wish) => wish()));
    const [row] = await on.sql<{ same: boolean }>(
      `SELECT t.daily_cap_micros IS NOT DISTINCT FROM (SELECT min(daily_cap_micros) FROM tenant_limit l WHERE l.tenant_id = t.id) AS same
       FROM tenant t WHERE id = $1`,
      [on.customer.tenantId],
    );
    expect(row?.same).toBe(true);
    for (const who of ["operator", "reseller"] as const) {
      await on.as(who).limits.setBelow({ tenantSlug: who, ofTenantSlug: "acme", dailyCap: null });
    }
    await on.as("customer").limits.set({ ...acme, dailyCap: null });
  });

  test.each<[string, Record<string, unknown>]>([
    ["a negative cap", { dailyCap: "-20" }],
    ["seven decimals", { callCap: "1.0000001" }],
    ["an empty amount", { monthlyCap: "" }],
    ["a price of more than 1000", { maxPerMinute: "1000.01" }],
    ["half a call", { maxCalls: 1.5 }],
    ["too many calls", { maxCalls: 10_001 }],
    ["a count below nothing", { maxCallsPerMinute: -1 }],
  ])("refuse %s", async (_, change) => {
    const before = await everyRow(db);
    const input = { ...acme, ...change } as never;
    await expect(on.as("customer").limits.set(input)).rejects.toMatchObject({ message: "invalid_input" });
    expect(await everyRow(db)).toBe(before);
  });
});

describe("an extension's limits", () => {
  test("are its own, in its trail, and of no other tenant", async () => {
    const phone = await on.phone(on.customer, "301");
    const extensionId = phone.extensionId;
    await on.as("customer").limits.setExtension({ ...acme, extensionId, dailyCap: "2", callCap: "0.5", maxCalls: 1 });
    await on.as("customer").limits.setExtension({ ...acme, extensionId, callCap: null });
    const { items } = await on.as("customer").limits.extensions(acme);
    expect(items.find((item) => item.id === extensionId)).toMatchObject({
      number: "301",
      limits: { dailyCapMicros: 2_000_000n, callCapMicros: null, maxCalls: 1, maxCallsPerMinute: null },
    });
    expect((await trailOf(on.customer.tenantId))[0]).toMatchObject({
      subject: `extension:${extensionId}`,
      before: { extension: "301", callCap: "0.500000" },
      after: { extension: "301", callCap: null },
    });
    await expect(
      on.as("reseller").limits.setExtension({ tenantSlug: "reseller", extensionId, dailyCap: "1" }),
    ).rejects.toMatchObject({ message: "not_found" });
    await expect(on.as("customer").limits.setExtension({ ...acme, extensionId, maxCalls: 101 })).rejects.toMatchObject({
      message: "invalid_input",
    });
  });
});

describe("a suspension", () => {
  const state = async () =>
    (await on.one<{ state: string }>("SELECT state FROM tenant WHERE id = $1", [on.customer.tenantId])).state;
  const act = (who: "operator" | "reseller", what: "suspend" | "resume") =>
    on.as(who).tenants[what]({ tenantSlug: who, childSlug: "acme" });

  test("from above is not lifted from below", async () => {
    await act("operator", "suspend");
    await expect(act("reseller", "resume")).rejects.toMatchObject({ message: "suspended_above" });
    // A repeat by the lower one does not make it the lower one's.
    await act("reseller", "suspend");
    await expect(act("reseller", "resume")).rejects.toMatchObject({ message: "suspended_above" });
    expect(await state()).toBe("suspended");
    await act("operator", "resume");
    expect(await state()).toBe("active");
  });

  test("by the nearer one is taken over by the upper one", async () => {
    await act("reseller", "suspend");
    await act("operator", "suspend");
    await expect(act("reseller", "resume")).rejects.toMatchObject({ message: "suspended_above" });
    await act("operator", "resume");
    await act("reseller", "suspend");
    await act("reseller", "resume");
    expect(await state()).toBe("active");
    await expect(on.as("customer").tenants.resume({ ...acme, childSlug: "acme" })).rejects.toMatchObject({
      message: "not_found",
    });
  });
});

describe("a reseller that cannot carry the call", () => {
  const refusedCall = async (number: string) => {
    const phone = await on.phone(on.customer, number);
    const call = randomUUID();
    const verdict = await callDesk(db.pool).authorise({ call, endpoint: phone.endpoint });
    const { items } = await on.as("customer").calls.list({ ...acme });
    return { verdict, row: items.find((item) => item.id === verdict.call_id) };
  };

  test("says so to its customer in a sentence, whether it is empty or suspended", async () => {
    await on.topUp(on.customer, 5_000_000n);
    const empty = await refusedCall("4101");
    expect(empty.verdict).toMatchObject({ kind: "refuse", code: "BAL-03" });
    expect(empty.row?.reasonSentence).toBe("Your provider cannot carry this call at the moment.");
    expect((await on.wallet(on.customer)).held).toBe(0n);

    await on.topUp(on.reseller, 5_000_000n);
    await on.as("operator").tenants.suspend({ tenantSlug: "operator", childSlug: "reseller" });
    const suspended = await refusedCall("4102");
    expect(suspended.verdict).toMatchObject({ kind: "refuse", code: "BAL-03" });
    expect(suspended.row?.reasonSentence).toBe("Your provider cannot carry this call at the moment.");
    await on.as("operator").tenants.resume({ tenantSlug: "operator", childSlug: "reseller" });
    expect((await refusedCall("4103")).verdict).toMatchObject({ kind: "out" });
  });
});

describe("of two who edit one thing", () => {
  test("the second is told and nothing of the first is lost; saving with what is there now goes through", async () => {
    const { limits } = on.as("customer");
    await limits.set({ ...acme, dailyCap: "20", monthlyCap: "200" });
    await limits.set({ ...acme, dailyCap: "30", seen: { dailyCap: "20" } });
    const late = limits.set({
      ...acme,
      dailyCap: "25",
      monthlyCap: "250",
      seen: { dailyCap: "20.00", monthlyCap: "200" },
    });
    await expect(late).rejects.toMatchObject({
      message: "changed_meanwhile",
      cause: { detail: { field: "dailyCap", now: "30.000000" } },
    });
    expect(await columns()).toMatchObject({ day: 30_000_000, month: 200_000_000 });
    // Another field than the one that changed is nobody's conflict.
    await limits.set({ ...acme, monthlyCap: "250", seen: { monthlyCap: "200" } });
    await limits.set({ ...acme, dailyCap: "25", seen: { dailyCap: "30" } });
    expect(await columns()).toMatchObject({ day: 25_000_000, month: 250_000_000 });
    await limits.set({ ...acme, dailyCap: null, seen: { dailyCap: "25" } });
    await expect(limits.set({ ...acme, dailyCap: "1", seen: { dailyCap: "25" } })).rejects.toMatchObject({
      message: "changed_meanwhile",
    });
    await limits.set({ ...acme, dailyCap: "1", seen: { dailyCap: null } });
  });

  test("both at once leave one of the two, and refuse the other", async () => {
    const { limits } = on.as("customer");
    await limits.set({ ...acme, dailyCap: "10" });
    const both = await Promise.allSettled(
      ["11", "12"].map((dailyCap) => limits.set({ ...acme, dailyCap, seen: { dailyCap: "10" } })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("an extension's limits as well", async () => {
    const { limits } = on.as("customer");
    const [extension] = (await limits.extensions(acme)).items;
    const one = { ...acme, extensionId: extension?.id ?? "" };
    await limits.setExtension({ ...one, dailyCap: "3" });
    const late = limits.setExtension({ ...one, dailyCap: "4", seen: { dailyCap: null } });
    await expect(late).rejects.toMatchObject({ message: "changed_meanwhile" });
    await limits.setExtension({ ...one, dailyCap: "4", seen: { dailyCap: "3" } });
  });
});
