import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const mine = { tenantSlug: "reseller" };
const plans = () => on.as("reseller").plans;
const newPlan = async (currency = "EUR") => (await plans().create({ ...mine, name: randomUUID(), currency })).id;
const rates = async (planId: string) =>
  await on.sql<{ prefix: string; per_minute_micros: string; from: Date; to: Date | null }>(
    "SELECT prefix, per_minute_micros, lower(valid) AS from, upper(valid) AS to FROM rate WHERE plan_id = $1 ORDER BY prefix, valid",
    [planId],
  );

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

describe("plans", () => {
  test("are listed with their prices and buyers, own ones and the one bought", async () => {
    const name = randomUUID();
    const { id } = await plans().create({ ...mine, name, currency: "eur" });
    const { items } = await plans().list(mine);
    expect(items.find((plan) => plan.id === id)).toMatchObject({
      name,
      currency: "EUR",
      own: true,
      rates: 0,
      buyers: 0,
    });
    expect(items.find((plan) => plan.id === on.selling)).toMatchObject({ own: true, rates: 1, buyers: 1 });
    expect(items.find((plan) => plan.id === on.buying)).toMatchObject({ own: false });
    const seen = (await on.as("customer").plans.list({ tenantSlug: "acme" })).items;
    expect(seen.map((plan) => plan.id)).toEqual([on.selling]);
  });

  test("two of one name are refused", async () => {
    await plans().create({ ...mine, name: "Twice", currency: "EUR" });
    await expect(plans().create({ ...mine, name: "Twice", currency: "EUR" })).rejects.toMatchObject({
      message: "plan_taken",
    });
  });

  test.each([
    ["an unknown currency", { currency: "EUX" }, "currency"],
    ["no name", { name: " " }, "name"],
    ["a line break in the name", { name: "a\nb" }, "name"],
    ["a name of 101 characters", { name: "x".repeat(101) }, "name"],
  ])("%s is refused", async (_, change, field) => {
    const error = await plans()
      .create({ ...mine, name: "Good", currency: "EUR", ...change })
      .then(
        () => undefined,
        (refused: { message: string; cause?: unknown }) => refused,
      );
    expect(error?.message).toBe("invalid_input");
    expect(Object.keys(z.flattenError(error?.cause as z.ZodError).fieldErrors)).toEqual([field]);
  });
});

describe("assigning", () => {
  const planOf = async (tenantId: string) =>
    (await on.one<{ plan_id: string | null }>("SELECT plan_id FROM tenant WHERE id = $1", [tenantId])).plan_id;

  test("puts a tenant below on a plan, in both trails", async () => {
    const planId = await newPlan();
    await plans().assign({ ...mine, planId, toTenantSlug: "acme" });
    expect(await planOf(on.customer.tenantId)).toBe(planId);
    const trail = await on.sql<{ tenant_id: string }>(
      "SELECT tenant_id FROM audit_event WHERE action = 'plan.assign' AND after->>'plan' = $1 ORDER BY at",
      [planId],
    );
    expect(trail.map(({ tenant_id }) => tenant_id)).toEqual([on.reseller.tenantId, on.customer.tenantId]);
    await plans().assign({ ...mine, planId: on.selling, toTenantSlug: "acme" });
  });

  test("the operator may assign its plan two levels down", async () => {
    await on.as("operator").plans.assign({ tenantSlug: "operator", planId: on.buying, toTenantSlug: "acme" });
    expect(await planOf(on.customer.tenantId)).toBe(on.buying);
    await plans().assign({ ...mine, planId: on.selling, toTenantSlug: "acme" });
  });

  test.each([
    [
      "another currency",
      async () => plans().assign({ ...mine, planId: await newPlan("USD"), toTenantSlug: "acme" }),
      "currency_mismatch",
    ],
    ["itself", () => plans().assign({ ...mine, planId: on.selling, toTenantSlug: "reseller" }), "not_below"],
    ["a tenant above", () => plans().assign({ ...mine, planId: on.selling, toTenantSlug: "operator" }), "not_below"],
    ["somebody unknown", () => plans().assign({ ...mine, planId: on.selling, toTenantSlug: "nobody" }), "not_below"],
    [
      "a plan it only buys under",
      () => plans().assign({ ...mine, planId: on.buying, toTenantSlug: "acme" }),
      "not_found",
    ],
    [
      "a customer's try on itself",
      () => on.as("customer").plans.assign({ tenantSlug: "acme", planId: on.selling, toTenantSlug: "acme" }),
      "not_found",
    ],
  ])("%s is refused, and nothing is changed", async (_, attempt, message) => {
    const plan = await planOf(on.customer.tenantId);
    await expect(attempt()).rejects.toMatchObject({ message });
    expect(await planOf(on.customer.tenantId)).toBe(plan);
    expect(await planOf(on.reseller.tenantId)).toBe(on.buying);
  });
});

describe("rates", () => {
  test("a second price from now on ends the first, to the moment", async () => {
    const planId = await newPlan();
    await plans().setRate({ ...mine, planId, prefix: "+49", perMinute: "0.0125", firstSeconds: 60, nextSeconds: 6 });
    await plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.02" });
    const [first, second] = await rates(planId);
    expect(first?.to).toEqual(second?.from);
    expect([first?.per_minute_micros, second?.per_minute_micros, second?.to]).toEqual(["12500", "20000", null]);
    const { items } = await plans().rates({ ...mine, planId });
    expect(items).toMatchObject([{ prefix: "49", perMinute: 20_000n, firstSeconds: 60, nextSeconds: 6 }]);
  });

  test("a price planned for later still takes over", async () => {
    const planId = await newPlan();
    await plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.5", from: "2035-01-01T00:00:00Z" });
    await plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.1" });
    const [now, later] = await rates(planId);
    expect(now?.to).toEqual(new Date("2035-01-01T00:00:00Z"));
    expect(later?.to).toBeNull();
    await expect(
      plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.1", to: "2036-01-01T00:00:00Z" }),
    ).rejects.toMatchObject({ message: "rate_overlap" });
  });

  test("an explicit period that overlaps is refused, one that meets is not", async () => {
    const planId = await newPlan();
    const set = (from: string, to?: string) =>
      plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.1", from, ...(to ? { to } : {}) });
    await set("2031-01-01T00:00:00Z", "2032-01-01T00:00:00Z");
    await expect(set("2031-12-31T23:59:59Z")).rejects.toMatchObject({ message: "rate_overlap" });
    await expect(set("2030-01-01T00:00:00Z", "2031-01-01T00:00:01Z")).rejects.toMatchObject({
      message: "rate_overlap",
    });
    await set("2032-01-01T00:00:00Z");
    await set("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z");
    expect(await rates(planId)).toHaveLength(3);
  });

  test("ten at once from now on follow each other without a gap, and one stays", async () => {
    const planId = await newPlan();
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => plans().setRate({ ...mine, planId, prefix: "49", perMinute: `0.0${i}` })),
    );
    const all = await rates(planId);
    expect(all).toHaveLength(10);
    for (const [index, rate] of all.entries()) expect(rate.to).toEqual(all[index + 1]?.from ?? null);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["a prefix with letters", { prefix: "49x" }, "prefix"],
    ["a prefix beginning with 0", { prefix: "0049" }, "prefix"],
    ["sixteen digits", { prefix: "4".repeat(16) }, "prefix"],
    ["a negative price", { perMinute: "-0.01" }, "perMinute"],
    ["a price with seven decimals", { perMinute: "0.0000001" }, "perMinute"],
    ["a price beyond a thousand", { perMinute: "1000.000001" }, "perMinute"],
    ["a first increment of nothing", { firstSeconds: 0 }, "firstSeconds"],
    ["half a second", { nextSeconds: 1.5 }, "nextSeconds"],
    ["a start that is no time", { from: "tomorrow" }, "from"],
    ["an end before the start", { from: "2031-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" }, "to"],
    ["an end that has passed", { to: "2020-01-01T00:00:00Z" }, "to"],
  ])("%s is refused, and nothing is changed", async (_, change, field) => {
    const before = await everyRow(db);
    const error = await plans()
      .setRate({ ...mine, planId: on.selling, prefix: "49", perMinute: "0.01", ...change })
      .then(
        () => undefined,
        (refused: { message: string; cause?: unknown }) => refused,
      );
    expect(error?.message).toBe("invalid_input");
    expect(Object.keys(z.flattenError(error?.cause as z.ZodError).fieldErrors)).toEqual([field]);
    expect(await everyRow(db)).toBe(before);
  });

  test("nobody sets a price in a plan that is not theirs", async () => {
    const input = { prefix: "49", perMinute: "0" };
    await expect(plans().setRate({ ...mine, ...input, planId: on.buying })).rejects.toMatchObject({
      message: "not_found",
    });
    await expect(
      on.as("customer").plans.setRate({ tenantSlug: "acme", ...input, planId: on.selling }),
    ).rejects.toMatchObject({ message: "not_found" });
  });

  test("pages of prefixes meet without a gap", async () => {
    const planId = await newPlan();
    await on.sql(
      `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, valid)
       SELECT $1, $2, (4900 + i / 3)::text, i, tstzrange(now() + i * interval '1 microsecond' - interval '1 hour', now() + (i + 1) * interval '1 microsecond' + interval '1 hour') FROM generate_series(0, 98, 3) i`,
      [on.reseller.tenantId, planId],
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly { prefix: string }[]; nextCursor: string | null } = await plans().rates({
        ...mine,
        planId,
        limit: 5,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.items.map(({ prefix }) => prefix));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(33);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect((await plans().rates({ ...mine, planId, prefix: "491" })).items).toHaveLength(10);
  });
});

describe("asking for a price", () => {
  test("finds the longest prefix that was valid at that time, and shows the arithmetic", async () => {
    const planId = await newPlan();
    const set = (prefix: string, perMinute: string, from: string) =>
      plans().setRate({ ...mine, planId, prefix, perMinute, from, firstSeconds: 60, nextSeconds: 6 });
    await set("49", "0.01", "2025-01-01T00:00:00Z");
    await set("4930", "0.0125", "2025-06-01T00:00:00Z");
    const ask = (at: string, to = "+49 (30) 1234567") => plans().price({ ...mine, planId, to, ms: 47_000, at });
    expect(await ask("2025-07-01T00:00:00Z")).toMatchObject({
      prefix: "4930",
      billedSeconds: 60,
      costMicros: 12_500n,
      currency: "EUR",
    });
    expect(await ask("2025-05-31T23:59:59.999Z")).toMatchObject({ prefix: "49", costMicros: 10_000n });
    expect(await ask("2025-06-01")).toMatchObject({ prefix: "4930" });
    expect((await ask("2025-07-01T00:00:00Z")).steps[0]).toEqual({ label: "Longest matching prefix", value: "+4930" });
    await expect(ask("2024-12-31T23:59:59Z")).rejects.toMatchObject({ message: "no_rate" });
    await expect(ask("2025-07-01T00:00:00Z", "+44 20 1234567")).rejects.toMatchObject({ message: "no_rate" });
    await expect(ask("2025-07-01T00:00:00Z", "500&PJSIP/trunk")).rejects.toMatchObject({ message: "invalid_input" });
  });

  test("a customer may ask its own price, and not its reseller's", async () => {
    const ask = (planId: string) =>
      on.as("customer").plans.price({ tenantSlug: "acme", planId, to: "49301234567", ms: 1 });
    expect(await ask(on.selling)).toMatchObject({ costMicros: 42_500n });
    await expect(ask(on.buying)).rejects.toMatchObject({ message: "no_rate" });
  });
});
