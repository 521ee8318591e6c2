import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
let make: Prepaid["make"];
let desk: Prepaid["desk"];
let customer: Prepaid["customer"];
let recordOf: Prepaid["recordOf"];
let heldOf: Prepaid["heldOf"];
let talk: Prepaid["talk"];
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  ({ make, desk, customer, recordOf, heldOf, talk } = world);
});
afterAll(() => db.drop());
afterEach(async () => expect(await world.differences()).toEqual([]));

describe("steps, least and most charge", () => {
  test("a step has its own price and increment, and what is held covers it", async () => {
    const { ring, tenant } = await customer(10_000_000n, { ...perSecond, steps: [[60, 30_000n, 6]] }, 120);
    const { call, granted_seconds } = await ring();
    expect([granted_seconds, await heldOf(tenant)]).toEqual([120, 90_000n]);
    expect(await talk(call, 61_000)).toBe("63000");
  });

  test("the grant ends where the money does, also within a step", async () => {
    const { ring, tenant } = await customer(75_000n, { ...perSecond, steps: [[60, 30_000n, 6]] });
    const { granted_seconds, call } = await ring();
    expect([granted_seconds, await heldOf(tenant)]).toEqual([90, 75_000n]);
    expect(await desk.answered(call)).toBe(true);
    expect(await desk.renew(call)).toEqual({ granted_seconds: 90, code: "BAL-02" });
  });

  test("beyond its maximum charge a call is cut, and the reason is the price and not the money", async () => {
    const { ring, tenant } = await customer(10_000_000n, { ...perSecond, max: 50_000n });
    const { granted_seconds, call } = await ring();
    expect([granted_seconds, await heldOf(tenant)]).toEqual([50, 50_000n]);
    await desk.answered(call);
    expect(await desk.renew(call)).toEqual({ granted_seconds: 50, code: "RAT-03" });
    await desk.settle(call, 49_950, { side: "" });
    expect(await recordOf(call)).toMatchObject({ cost: "50000", reason: "RAT-03" });
  });

  test("or it goes on free, renewed without more money", async () => {
    const { ring, tenant } = await customer(50_000n, { ...perSecond, max: 50_000n, beyond: "free" });
    const { granted_seconds, call } = await ring();
    expect([granted_seconds, await heldOf(tenant)]).toEqual([300, 50_000n]);
    await desk.answered(call);
    expect(await desk.renew(call)).toEqual({ granted_seconds: 600, code: "" });
    await desk.settle(call, 500_000);
    expect((await recordOf(call)).cost).toBe("50000");
  });

  test("a maximum below the first increment is what a call costs", async () => {
    const { ring } = await customer(10_000_000n, { perMinute: 60_000n, max: 20_000n });
    const { granted_seconds, call } = await ring();
    expect(granted_seconds).toBe(60);
    expect(await talk(call, 30_000)).toBe("20000");
  });

  test("the minimum charge is held from the start, and refused when it is not there", async () => {
    const poor = await customer(4_999n, { ...perSecond, minimum: 5_000n });
    expect(await poor.ring()).toMatchObject({ kind: "refuse", code: "BAL-01" });
    await make.topUp(poor.tenant, 1n);
    const { call, granted_seconds } = await poor.ring();
    expect([granted_seconds, await heldOf(poor.tenant)]).toEqual([5, 5_000n]);
    expect(await talk(call, 1_000)).toBe("5000");
  });

  test("free seconds delay the price and not the fee", async () => {
    const { ring, tenant } = await customer(10_500n, { ...perSecond, free: 20, fee: 500n });
    const { granted_seconds, call } = await ring();
    expect([granted_seconds, await heldOf(tenant)]).toEqual([30, 10_500n]);
    expect(await talk(call, 15_000)).toBe("500");
  });
});

describe("tax", () => {
  test("is held with the price and is a line of its own on both sides", async () => {
    const { ring, tenant, set } = await customer(119_000n, perSecond);
    await set("tax_ppm", 190_000);
    const { call, granted_seconds } = await ring();
    expect([granted_seconds, await heldOf(tenant)]).toEqual([100, 119_000n]);
    expect(await talk(call, 50_000)).toBe("50000");
    expect(
      await make.sql(
        `SELECT e.line, e.account, e.amount_micros::int AS amount, e.balance_after_micros::int AS after FROM ledger_entry e
         JOIN ledger_transaction x ON x.id = e.transaction_id WHERE x.tenant_id = $1 AND x.kind = 'charge' ORDER BY e.line`,
        [tenant.tenantId],
      ),
    ).toEqual([
      { line: 1, account: "wallet", amount: -50_000, after: 69_000 },
      { line: 2, account: "revenue", amount: 50_000, after: null },
      { line: 3, account: "wallet", amount: -9_500, after: 59_500 },
      { line: 4, account: "tax", amount: 9_500, after: null },
    ]);
    await make.as(tenant.tenantId);
    const history = await make.sql<{ kind: string }>("SELECT kind FROM wallet_history(NULL, 10)");
    expect(history.map(({ kind }) => kind)).toEqual(["tax", "charge", "top_up"]);
  });
});
