import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
let make: Prepaid["make"];
let desk: Prepaid["desk"];
let operator: Prepaid["operator"];
let customer: Prepaid["customer"];
let recordOf: Prepaid["recordOf"];
let heldOf: Prepaid["heldOf"];
let talk: Prepaid["talk"];
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  ({ make, desk, operator, customer, recordOf, heldOf, talk } = world);
});
afterAll(() => db.drop());
afterEach(async () => expect(await world.differences()).toEqual([]));

describe("which price", () => {
  const at = (time: string) => new Date(`2026-06-01T${time}Z`);

  test("of one prefix the one with hours wins while they hold, in the plan's zone", async () => {
    const { ring, plan } = await customer(10_000_000n);
    await make.sql("UPDATE plan SET time_zone = 'Europe/Berlin' WHERE id = $1", [plan]);
    // Mondays from eight to nineteen, local time: two hours ahead of UTC in June.
    await make.setRate(operator, plan, "49", { perMinute: 120_000n, first: 1, next: 1 }, { hours: "{[480,1140)}" });
    const price = async (moment: Date) => talk((await ring(moment)).call, 60_000);
    expect(await price(at("05:50:00"))).toBe("60000");
    expect(await price(at("06:00:00"))).toBe("120000");
    expect(await price(at("17:01:00"))).toBe("60000");
  });

  test("is that of the answer: what is held is enough for either", async () => {
    const { ring, plan, tenant } = await customer(10_000_000n, perSecond, 60);
    await make.setRate(operator, plan, "49", { perMinute: 120_000n, first: 1, next: 1 }, { hours: "{[480,1140)}" });
    const before = await ring(at("07:59:30"));
    expect(await heldOf(tenant)).toBe(120_000n);
    await desk.answered(before.call, at("07:59:59"));
    await desk.settle(before.call, 30_000, { at: at("08:00:29") });
    expect((await recordOf(before.call)).cost).toBe("30000");
    const after = await ring(at("07:59:30"));
    await desk.answered(after.call, at("08:00:00"));
    await desk.settle(after.call, 30_000, { at: at("08:00:30") });
    expect((await recordOf(after.call)).cost).toBe("60000");
    // An answer that nobody reported: the end knows it.
    const unheard = await ring(at("18:59:30"));
    await desk.settle(unheard.call, 30_000, { at: at("19:00:45") });
    expect((await recordOf(unheard.call)).cost).toBe("30000");
  });

  test("a planned price takes over by itself, and a live call keeps its own", async () => {
    const { ring, plan } = await customer(10_000_000n, perSecond, 60);
    const live = await ring(at("11:00:00"));
    await make.sql("UPDATE rate SET valid = '[2020-01-01,2026-06-01 12:00+00)' WHERE plan_id = $1", [plan]);
    await make.setRate(
      operator,
      plan,
      "49",
      { perMinute: 600_000n, first: 1, next: 1 },
      { valid: "[2026-06-01 12:00+00,)" },
    );
    await desk.answered(live.call, at("11:00:05"));
    expect((await desk.renew(live.call, at("12:30:00")))?.granted_seconds).toBe(120);
    await desk.settle(live.call, 10_000, { at: at("12:30:10") });
    expect((await recordOf(live.call)).cost).toBe("10000");
    expect(await talk((await ring(at("12:00:00"))).call, 1_000)).toBe("10000");
  });

  test("a planned price that asks no more than its greatest charge for the first increment lets the call begin", async () => {
    const of = async (money: bigint) => {
      const made = await customer(money);
      await make.sql("UPDATE rate SET valid = '[2020-01-01,2026-06-01 12:00+00)' WHERE plan_id = $1", [made.plan]);
      const planned = { perMinute: 60_000n, first: 60, next: 60, max: 10_000n };
      await make.setRate(operator, made.plan, "49", planned, { valid: "[2026-06-01 12:00+00,)" });
      return { ...made, ...(await made.ring(at("11:59:30"))) };
    };
    expect((await of(9_999n)).code).toBe("BAL-01");
    const { call, code, granted_seconds: granted } = await of(10_000_000n);
    expect([code, granted]).toEqual(["", 60]);
    await desk.answered(call, at("12:00:10"));
    expect(await desk.renew(call, at("12:00:40"))).toMatchObject({ granted_seconds: 60, code: "RAT-03" });
    expect(await talk(call, 60_000)).toBe("10000");
  });

  test("several plans are asked in their order; the first that prices the number wins", async () => {
    const { ring, tenant } = await customer(10_000_000n);
    const special = await make.plan(operator, { "4930": { perMinute: 6_000n, first: 1, next: 1 } });
    const later = await make.plan(operator, { "49": { perMinute: 1n, first: 1, next: 1 } });
    await make.sql("INSERT INTO tenant_plan VALUES ($1, 1, $2), ($1, 2, $3)", [tenant.tenantId, special, later]);
    expect(await talk((await ring()).call, 60_000)).toBe("6000");
    await make.sql("DELETE FROM tenant_plan WHERE plan_id = $1", [special]);
    expect(await talk((await ring()).call, 60_000)).toBe("1");
  });

  test("a markup is the parent's price times the factor plus the fees, never below the floor, through a chain", async () => {
    const reseller = await make.tenant("reseller", operator);
    const agent = await make.tenant("reseller", reseller);
    const tenant = await make.tenant("customer", agent);
    const base = await make.plan(operator, {
      "49": { perMinute: 10_001n, fee: 100n, first: 1, next: 1 },
      "4915": { ...perSecond },
    });
    await make.assign(reseller, base);
    const markup = async (owner: Tenancy, factor: number, perMinute: number, perCall: number, floor = 0) => {
      const id = await make.plan(owner, {});
      await make.sql(
        "UPDATE plan SET kind = 'markup', factor_ppm = $2, per_minute_fee_micros = $3, call_fee_micros = $4, floor_per_minute_micros = $5 WHERE id = $1",
        [id, factor, perMinute, perCall, floor],
      );
      return id;
    };
    await make.assign(agent, await markup(reseller, 1_200_000, 500, 10));
    const sold = await markup(agent, 1_500_000, 0, 0, 30_000);
    await make.assign(tenant, sold);
    for (const one of [reseller, agent, tenant]) await make.topUp(one, 10_000_000n);
    const phone = await make.phone(tenant);
    const call = randomUUID();
    await desk.authorise({ call, endpoint: phone.endpoint });
    await talk(call, 60_000);
    const levels = () =>
      make.sql<{ pm: string; fee: string; charged: string }>(
        "SELECT per_minute_micros::text AS pm, connection_fee_micros::text AS fee, charged_micros::text AS charged FROM hold JOIN call c ON c.id = call_id WHERE c.pbx_call_id = $1 ORDER BY level",
        [call],
      );
    // 10 001 × 1.2 = 12 001.2, up to 12 002, + 500; × 1.5 = 18 753, below the floor.
    expect(await levels()).toEqual([
      { pm: "30000", fee: "195", charged: "30195" },
      { pm: "12502", fee: "130", charged: "12632" },
      { pm: "10001", fee: "100", charged: "10101" },
    ]);
    // An own price of the same prefix wins over the calculated one; a longer prefix of the base over both.
    await make.setRate(agent, sold, "49", { perMinute: 50_000n, first: 1, next: 1 });
    const own = randomUUID();
    await desk.authorise({ call: own, endpoint: phone.endpoint });
    expect(await talk(own, 60_000)).toBe("50000");
    const mobile = randomUUID();
    await desk.authorise({ call: mobile, endpoint: phone.endpoint, e164: "4915112345678" });
    expect(await talk(mobile, 60_000)).toBe("108765");
  });

  test("a call that is cut at its maximum charge is not below cost for what would have come after", async () => {
    const reseller = await make.tenant("reseller", operator);
    const tenant = await make.tenant("customer", reseller);
    await make.assign(reseller, await make.plan(operator, { "49": { ...perSecond, perMinute: 6_000n } }));
    const sold = await make.plan(reseller, { "49": { ...perSecond, max: 60_000n } });
    await make.assign(tenant, sold);
    for (const one of [reseller, tenant]) await make.topUp(one, 100_000_000n);
    const phone = await make.phone(tenant);
    const ask = async () => desk.authorise({ call: randomUUID(), endpoint: phone.endpoint });
    expect(await ask()).toMatchObject({ code: "", granted_seconds: 60 });
    await make.sql("UPDATE rate SET beyond = 'free' WHERE plan_id = $1", [sold]);
    expect((await ask()).code).toBe("RAT-02");
  });

  test("sold below cost in any part of the call is refused, unless that level agreed", async () => {
    const reseller = await make.tenant("reseller", operator);
    const tenant = await make.tenant("customer", reseller);
    await make.assign(reseller, await make.plan(operator, { "49": perSecond }));
    const sold = await make.plan(reseller, { "49": { ...perSecond, perMinute: 70_000n, steps: [[120, 50_000n, 1]] } });
    await make.assign(tenant, sold);
    for (const one of [reseller, tenant]) await make.topUp(one, 100_000_000n);
    const phone = await make.phone(tenant);
    const ask = async () => (await desk.authorise({ call: randomUUID(), endpoint: phone.endpoint })).code;
    // 70 a minute for two minutes, then 50 where 60 is paid: dear at first, below cost after five minutes.
    expect(await ask()).toBe("RAT-02");
    await make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [reseller.tenantId]);
    expect(await ask()).toBe("");
  });
});
