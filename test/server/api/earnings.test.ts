import { afterAll, beforeAll, expect, test } from "vitest";

import { readEarnings } from "@/server/domain/earnings/earnings";
import { foldUsage } from "@/server/domain/usage/fold";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { makeRerating } from "@/test/support/rerating";

let db: TestDatabase;
let chain: Chain;
const calls: string[] = [];
beforeAll(async () => {
  db = await createDatabase();
  chain = await makeChain(db);
  for (const at of ["2026-02-10T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z", "2026-03-31T22:30:00Z"]) {
    calls.push(await chain.talk(60_000, new Date(at)));
  }
});
afterAll(() => db.drop());

const of = (who: keyof Chain["tenants"], month = "2026-03") =>
  chain.as(who).earnings.month({ tenantSlug: chain.tenants[who].slug, month });

test("each seller earns what those below it paid less its own cost, to the micro of the ledger", async () => {
  const [, ...march] = calls;
  for (const [who, level] of [
    ["lower", 0],
    ["upper", 1],
  ] as const) {
    let [paid, cost] = [0n, 0n];
    for (const call of march) {
      paid += await chain.paid(call, level);
      cost += await chain.paid(call, level + 1);
    }
    const read = await of(who);
    expect(read.total).toEqual({ revenueMicros: paid, costMicros: cost, earnedMicros: paid - cost });
    expect(read.days.reduce((sum, day) => sum + day.earnedMicros, 0n)).toBe(paid - cost);
    expect(read.customers.reduce((sum, part) => sum + part.earnedMicros, 0n)).toBe(paid - cost);
  }
});

test("a day is one of the seller's calendar, every day is there, and the month before stands beside", async () => {
  const utc = await of("lower");
  expect(utc.days).toHaveLength(31);
  expect(utc.days.filter(({ revenueMicros }) => revenueMicros > 0n).map(({ day }) => day)).toEqual([
    "2026-03-02",
    "2026-03-31",
  ]);
  const each = utc.total.earnedMicros / 3n;
  expect(utc.before).toEqual({ month: "2026-02", sameDaysMicros: each, wholeMicros: each });
  expect(utc.customers).toMatchObject([{ slug: "acme", name: "acme", calls: 3, beforeMicros: each }]);
  await chain.sql("UPDATE tenant SET time_zone = 'Europe/Berlin' WHERE id = $1", [chain.lower.tenantId]);
  expect((await of("lower")).total.earnedMicros).toBe(2n * each);
  expect((await of("lower", "2026-04")).days[0]).toMatchObject({ day: "2026-04-01", earnedMicros: each });
  await chain.sql("UPDATE tenant SET time_zone = 'UTC' WHERE id = $1", [chain.lower.tenantId]);
});

test("nothing of who sells to it is in it, nothing of those beside it, and at a customer there is nothing", async () => {
  const text = JSON.stringify(await of("lower"), (_key, value) => (typeof value === "bigint" ? String(value) : value));
  // What the level above pays for these calls.
  for (const cost of [1_234_566n, 3n * 1_234_566n]) expect(text).not.toContain(String(cost));
  expect(text).not.toMatch(/operator|upper/);
  expect(await of("customer")).toMatchObject({ total: { revenueMicros: 0n, earnedMicros: 0n }, customers: [] });
  await expect(chain.as("customer").earnings.month({ tenantSlug: "lower" })).rejects.toMatchObject({
    message: "not_found",
  });
});

test("folded or not it is the same, and what re-rating gives back is not earned", async () => {
  const before = await of("lower");
  await foldUsage(db.pool);
  expect(await of("lower")).toEqual(before);
  const world = await makeRerating(db, chain.operator);
  const ask = () => world.portal().earnings.month({ tenantSlug: world.seller.slug, month: "2026-03" });
  const first = (await ask()).total;
  await world.setPrice(5_000n);
  await world.whole("run");
  expect((await ask()).total.revenueMicros).toBe(first.revenueMicros - 600_000n);
  expect((await ask()).total.costMicros).toBe(first.costMicros);
});

test("the month that goes on has a forecast once there are two weeks to go by, and one to come is refused", async () => {
  const tenantId = chain.lower.tenantId as TenantId;
  const at = (now: string, month?: string) =>
    readTenant(db.app, { tenantId, subtree: true }, (tx) => readEarnings(tx, tenantId, month, new Date(now)));
  expect((await at("2026-02-20T12:00:00Z")).forecast).toBeNull();
  const later = await at("2026-03-20T12:00:00Z");
  expect(later.goesOn).toBe(true);
  expect(later.days.at(-1)?.day).toBe("2026-03-20");
  expect(later.forecast?.basedOnDays).toBe(28);
  expect(later.forecast && later.forecast.likelyMicros >= later.total.earnedMicros).toBe(true);
  expect((await at("2026-04-20T12:00:00Z", "2026-03")).forecast).toBeNull();
  await expect(at("2026-03-20T12:00:00Z", "2026-05")).rejects.toMatchObject({ code: "invalid_input" });
});

test("of a customer in another currency only what it paid is told, in that currency; its cost is in no figure", async () => {
  const dollar = await chain.tenant("customer", chain.lower, { currency: "USD" });
  const figures = ({ otherMoney: _, ...rest }: Awaited<ReturnType<typeof of>>) => rest;
  const before = await of("lower");
  for (const table of ["usage_day", "usage_quarter"]) {
    for (const at of ["2026-02-05", "2026-03-05"]) {
      for (const [currency, cost, revenue] of [
        ["EUR", 700, 0],
        ["USD", 0, 900],
      ]) {
        await chain.sql(
          `INSERT INTO ${table} (tenant_id, dim, at, value, currency, calls, answered, blocked, talk_ms, billed_seconds, cost_micros, revenue_micros,
             corrected_cost_micros, corrected_revenue_micros) VALUES ($1, 'child', $2::timestamptz, $3, $4, 1, 1, 0, 0, 0, $5, $6, 0, 0)`,
          [chain.lower.tenantId, `${at}T00:00:00Z`, dollar.tenantId, currency, cost, revenue],
        );
      }
    }
  }
  const after = await of("lower");
  expect(figures(after)).toEqual(figures(before));
  expect(after.otherMoney).toEqual([{ currency: "USD", revenueMicros: 900n }]);
});

test("the operator earns what is left of what its carriers ask, where its plan tells, folded or not and made anew", async () => {
  const to = await chain.plan(chain.operator, { "4930": { perMinute: 234_566n, first: 1, next: 1 } });
  const talkAt = (at: string, number = "493012345678") => chain.talk(30_500, new Date(at), number);
  await talkAt("2026-05-03T12:00:00Z");
  const before = await of("operator", "2026-05");
  expect(before).toMatchObject({ total: { costMicros: 0n }, withoutCost: 0 });
  await foldUsage(db.pool);
  await chain.as("operator").limits.setCostPlan({ tenantSlug: "operator", planId: to });
  // What was folded by then keeps what was known of it.
  expect(await of("operator", "2026-05")).toEqual(before);
  await talkAt("2026-05-03T13:00:00Z");
  await talkAt("2026-05-20T13:00:00Z");
  await talkAt("2026-05-20T14:00:00Z", "498912345678");
  // 31 seconds each, by the second, rounded up; nobody knows what the third costs.
  const cost = 2n * 121_193n;
  const read = await of("operator", "2026-05");
  expect(read.total).toEqual({
    revenueMicros: 4n * before.total.revenueMicros,
    costMicros: cost,
    earnedMicros: 4n * before.total.revenueMicros - cost,
  });
  expect(read.withoutCost).toBe(1);
  expect(read.customers).toMatchObject([{ slug: "upper", calls: 4, costMicros: cost }]);
  expect(read.days.find(({ day }) => day === "2026-05-20")).toMatchObject({ costMicros: 121_193n });
  // Whoever is below reads nothing of it.
  expect((await of("upper", "2026-05")).total.costMicros).toBe(read.total.revenueMicros);
  expect((await of("upper", "2026-05")).withoutCost).toBe(0);

  await foldUsage(db.pool);
  expect(await of("operator", "2026-05")).toEqual(read);
  // A price that changes later changes nothing, and made anew every call has the cost of its moment.
  await chain.sql("UPDATE rate SET valid = tstzrange(lower(valid), now()) WHERE plan_id = $1", [to]);
  expect(await of("operator", "2026-05")).toEqual(read);
  for (const day of ["2026-05-03", "2026-05-20"])
    await chain.sql("SELECT usage_rebuild($1, $1::timestamptz + interval '1 day', 100000)", [`${day}T00:00:00Z`]);
  expect((await of("operator", "2026-05")).total.costMicros).toBe(3n * 121_193n);
  const at = (now: string) =>
    readTenant(db.app, { tenantId: chain.operator.tenantId as TenantId, subtree: true }, (tx) =>
      readEarnings(tx, chain.operator.tenantId as TenantId, undefined, new Date(now)),
    );
  // The forecast goes by what is left: by one of three Wednesdays and one of four Sundays.
  const revenue = read.total.revenueMicros / 4n;
  const [sunday, wednesday] = [2n * (revenue - 121_193n), 2n * revenue - 121_193n];
  const { forecast, total } = await at("2026-05-25T12:00:00Z");
  expect(total.earnedMicros).toBe(sunday + wednesday);
  expect(forecast?.likelyMicros).toBe(sunday + wednesday + wednesday / 3n + sunday / 4n);
});

test("a plan of carriers' prices in another currency costs nothing, and its calls are told as such", async () => {
  const dollars = await chain.plan(chain.operator, { "4930": { perMinute: 234_566n } }, { currency: "USD" });
  await chain.as("operator").limits.setCostPlan({ tenantSlug: "operator", planId: dollars });
  // Nobody can tell whether it sells above such a cost, so its calls are refused until it says that it does not mind.
  await chain.as("operator").limits.setBelowCost({ tenantSlug: "operator", allowed: true });
  for (const at of ["2026-06-03T12:00:00Z", "2026-06-04T12:00:00Z"])
    await chain.talk(30_500, new Date(at), "493012345678");
  await chain.talk(30_500, new Date("2026-06-05T12:00:00Z"), "498912345678");
  const read = await of("operator", "2026-06");
  expect(read).toMatchObject({ total: { costMicros: 0n }, withoutCost: 3 });
  await foldUsage(db.pool);
  expect(await of("operator", "2026-06")).toEqual(read);
});
