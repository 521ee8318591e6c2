import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const mine = { tenantSlug: "reseller" };
const plans = () => on.as("reseller").plans;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

test("a price keeps its steps, bounds, free seconds, hours and direction, and its receipt tells them", async () => {
  const { id: planId } = await plans().create({ ...mine, name: "Deep", currency: "EUR", timeZone: "Europe/Berlin" });
  const price = {
    perMinute: "0.06",
    minimumCharge: "0.01",
    maxCharge: "0.12",
    beyond: "free" as const,
    freeSeconds: 5,
    steps: [{ from: 60, perMinute: "0.05", increment: 1 }],
    destination: "Germany",
  };
  await plans().setRate({ ...mine, planId, prefix: "49", ...price });
  await plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.01", week: { days: "sat,sun" } });
  await plans().setRate({ ...mine, planId, prefix: "4930", perMinute: "0.02", direction: "in" });
  const { items } = await plans().rates({ ...mine, planId });
  expect(items.map(({ prefix, direction, week, steps }) => [prefix, direction, week, steps.length]).toSorted()).toEqual(
    [
      ["49", "out", null, 1],
      ["49", "out", "Sat-Sun 00:00-24:00", 0],
      ["4930", "in", null, 0],
    ],
  );
  const at = "2026-12-02T12:00:00Z";
  const answer = await plans().price({ ...mine, planId, to: "+49 30 1234567", ms: 600_000, at });
  expect([answer.prefix, answer.costMicros]).toEqual(["49", 120_000n]);
  expect(answer.steps.map(({ label }) => label)).toContain("Maximum charge, free beyond it");
  const inbound = await plans().price({ ...mine, planId, to: "+49 30 1234567", ms: 60_000, direction: "in" });
  expect([inbound.prefix, inbound.costMicros]).toEqual(["4930", 20_000n]);
});

test("a price of the same hours is replaced, one of overlapping hours is refused", async () => {
  const { id: planId } = await plans().create({ ...mine, name: "Hours", currency: "EUR" });
  const set = (perMinute: string, week?: { days?: string; hours?: string }) =>
    plans().setRate({ ...mine, planId, prefix: "49", perMinute, ...(week ? { week } : {}) });
  await set("0.02");
  await set("0.03", { days: "mon-fri", hours: "08:00-19:00" });
  await set("0.04", { days: "mon-fri", hours: "08:00-19:00" });
  await set("0.05", { days: "mon-fri", hours: "19:00-22:00" });
  await expect(set("0.06", { days: "fri", hours: "18:00-20:00" })).rejects.toMatchObject({ message: "rate_overlap" });
  const { items } = await plans().rates({ ...mine, planId });
  expect(items.map(({ perMinute }) => perMinute).toSorted()).toEqual([20_000n, 40_000n, 50_000n]);
});

test.each([
  ["steps out of order", { steps: [60, 30].map((from) => ({ from, perMinute: "0.01", increment: 1 })) }, "steps"],
  ["a maximum below the minimum", { minimumCharge: "0.2", maxCharge: "0.1" }, "maxCharge"],
  ["a rule for beyond without a maximum", { beyond: "cut" as const }, "beyond"],
  ["days that are none", { week: { days: "someday" } }, "week"],
  ["hours that are none", { week: { hours: "8 to 9" } }, "week"],
])("%s are refused by name", async (_what, more, field) => {
  const asked = plans().setRate({ ...mine, planId: on.selling, prefix: "44", perMinute: "0.01", ...more });
  const refusal = await asked.then(
    () => undefined,
    (error: { cause?: unknown }) => error.cause,
  );
  expect(Object.keys(z.flattenError(refusal as z.ZodError).fieldErrors)).toEqual([field]);
});

test("a markup adds to what its owner pays, and its buyer sees the price and not the factor", async () => {
  const markup = { factor: "1.5", perMinuteFee: "0.001", callFee: "0.002", floorPerMinute: "0.005" };
  const { id: planId } = await plans().create({ ...mine, name: randomUUID(), currency: "EUR", markup });
  const own = (await plans().list(mine)).items.find(({ id }) => id === planId);
  expect(own?.markup).toMatchObject({ factorPpm: 1_500_000, perMinuteFee: 1_000n, callFee: 2_000n });
  // Bought for 0.006 a minute: × 1.5 + 0.001, and 0.002 for the call.
  const price = await plans().price({ ...mine, planId, to: "+49301234567", ms: 60_000 });
  expect(price.costMicros).toBe(12_000n);
  await plans().assign({ ...mine, planId, toTenantSlug: "acme" });
  const buyer = on.as("customer").plans;
  const seen = await buyer.list({ tenantSlug: "acme" });
  expect(seen.items.map(({ id, markup: shown }) => [id, shown])).toEqual([[planId, null]]);
  expect((await buyer.price({ tenantSlug: "acme", planId, to: "+49301234567", ms: 60_000 })).costMicros).toBe(12_000n);
  await expect(
    buyer.price({ tenantSlug: "acme", planId: on.buying, to: "+49301234567", ms: 60_000 }),
  ).rejects.toMatchObject({ message: "no_rate" });
  await plans().assign({ ...mine, planId: on.selling, toTenantSlug: "acme" });
});

test("a markup of nothing, of somebody else's plan, or in another currency is refused", async () => {
  const make = (who: "operator" | "reseller", markup: object, currency = "EUR") =>
    on.as(who).plans.create({ tenantSlug: who, name: randomUUID(), currency, markup: { factor: "1", ...markup } });
  await expect(make("operator", {})).rejects.toMatchObject({ message: "invalid_state" });
  await expect(make("reseller", { basePlanId: randomUUID() })).rejects.toMatchObject({ message: "not_found" });
  await expect(make("reseller", {}, "USD")).rejects.toMatchObject({ message: "currency_mismatch" });
  expect((await make("operator", { basePlanId: on.buying })).id).toBeTypeOf("string");
});
