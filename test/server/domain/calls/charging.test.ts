import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { builders, type RateOf, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof callDesk>;
let operator: Tenancy;

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  desk = callDesk(db.pool);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
});
afterAll(() => db.drop());

const perSecond: RateOf = { perMinute: 60_000n, first: 1, next: 1 };

/** A customer directly below the operator with money, one price and one phone. */
async function customer(money: bigint, rate: RateOf = perSecond, slice = 300) {
  const tenant = await make.tenant("customer", operator);
  await make.assign(tenant, await make.plan(operator, { "49": rate }, { slice }));
  if (money > 0n) await make.topUp(tenant, money);
  return { tenant, phone: await make.phone(tenant) };
}
const call = () => randomUUID();
const expectNoDifference = async () => expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);

describe("the price that is charged", () => {
  test.each([
    [{ perMinute: 12_500n, first: 60, next: 6 }, 47_000, 60, 12_500n],
    [{ perMinute: 12_500n, first: 1, next: 1 }, 47_001, 48, 10_000n],
    [{ perMinute: 12_500n, fee: 30_000n, first: 30, next: 6 }, 31_000, 36, 37_500n],
    [{ perMinute: 4_250n, first: 1, next: 1 }, 1, 1, 71n],
    [{ perMinute: 12_500n, fee: 30_000n, first: 60, next: 60, grace: 5 }, 5_000, 0, 0n],
    [{ perMinute: 99_999n, first: 60, next: 60 }, 60_001, 120, 199_998n],
  ] satisfies [RateOf, number, number, bigint][])(
    "of %o for %i ms is %i seconds",
    async (rate, talkMs, billedSeconds, cost) => {
      const { tenant, phone } = await customer(10_000_000n, rate);
      const id = call();
      await desk.authorise({ call: id, endpoint: phone.endpoint });
      await desk.answered(id);
      expect(await desk.settle(id, talkMs)).toBe("settled");

      const record = await make.one(
        "SELECT billed_seconds, cost_micros::text AS cost, state, outcome FROM call WHERE pbx_call_id = $1",
        [id],
      );
      expect(record).toEqual({
        billed_seconds: billedSeconds,
        cost: cost.toString(),
        state: "ended",
        outcome: "answered",
      });
      expect(await make.wallet(tenant)).toEqual({
        posted: 10_000_000n - cost,
        held: 0n,
        available: 10_000_000n - cost,
      });
      await expectNoDifference();
    },
  );
});

describe("a grant", () => {
  test("is what the wallet pays for, never more, and holds exactly its price", async () => {
    const { tenant, phone } = await customer(10_500n);
    const verdict = await desk.authorise({ call: call(), endpoint: phone.endpoint });
    expect(verdict).toMatchObject({ kind: "out", granted_seconds: 10, target: "493012345678" });
    expect(await make.wallet(tenant)).toEqual({ posted: 10_500n, held: 10_000n, available: 500n });
  });

  test("is refused with BAL-01 when the first increment is not covered, and says by how much", async () => {
    const { phone } = await customer(999n);
    const id = call();
    expect(await desk.authorise({ call: id, endpoint: phone.endpoint })).toMatchObject({
      kind: "refuse",
      code: "BAL-01",
    });
    const { trace, outcome } = await make.one<{
      trace: { gate: string; ok: boolean; value: string; limit: string }[];
      outcome: string;
    }>("SELECT trace, outcome FROM call WHERE pbx_call_id = $1", [id]);
    expect(outcome).toBe("blocked");
    expect(trace.at(-1)).toEqual({ gate: "money", ok: false, value: "999", limit: "1000" });
    expect(trace.slice(0, -1).every((gate) => gate.ok)).toBe(true);
  });

  test("asked for twice holds once and answers the same", async () => {
    const { tenant, phone } = await customer(1_000_000n);
    const id = call();
    const [first, second] = await Promise.all([
      desk.authorise({ call: id, endpoint: phone.endpoint }),
      desk.authorise({ call: id, endpoint: phone.endpoint }),
    ]);
    expect(second).toEqual(first);
    expect((await make.wallet(tenant)).held).toBe(300_000n);
  });

  test("to forty racing calls never adds up to more than the wallet", async () => {
    const { tenant, phone } = await customer(1_000_000n, perSecond, 50);
    const ids = Array.from({ length: 40 }, call);
    const verdicts = await Promise.all(ids.map((id) => desk.authorise({ call: id, endpoint: phone.endpoint })));
    expect(verdicts.filter((v) => v.kind === "out")).toHaveLength(20);
    expect(new Set(verdicts.filter((v) => v.kind === "refuse").map((v) => v.code))).toEqual(new Set(["LIM-01"]));
    expect(await make.wallet(tenant)).toMatchObject({ held: 1_000_000n, available: 0n });
  });

  test("of parallel calls on a wallet that pays for half of them refuses the rest for money", async () => {
    const { tenant, phone } = await customer(500_000n, perSecond, 50);
    await make.sql("UPDATE tenant SET max_calls = 100 WHERE id = $1", [tenant.tenantId]);
    const ids = Array.from({ length: 20 }, call);
    const verdicts = await Promise.all(ids.map((id) => desk.authorise({ call: id, endpoint: phone.endpoint })));
    expect(verdicts.filter((v) => v.kind === "out")).toHaveLength(10);
    expect(verdicts.filter((v) => v.code === "BAL-01")).toHaveLength(10);
    await Promise.all(ids.map((id) => desk.settle(id, 60_000)));
    expect(await make.wallet(tenant)).toMatchObject({ held: 0n, available: 0n, posted: 0n });
  });
});

describe("an end", () => {
  test("told three times at once is charged once", async () => {
    const { tenant, phone } = await customer(1_000_000n);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    await desk.answered(id);
    const results = await Promise.all([desk.settle(id, 10_000), desk.settle(id, 10_000), desk.settle(id, 10_400)]);
    expect(results.sort()).toEqual(["repeat", "repeat", "settled"]);
    const { posted, held } = await make.wallet(tenant);
    expect([990_000n, 989_000n]).toContain(posted);
    expect(held).toBe(0n);
  });

  test("before anybody answered releases the hold without a ledger entry", async () => {
    const { tenant, phone } = await customer(1_000_000n);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    await desk.settle(id, 0, { outcome: "busy", reason: "FAR-01" });
    expect(await make.wallet(tenant)).toEqual({ posted: 1_000_000n, held: 0n, available: 1_000_000n });
    expect(await make.one("SELECT outcome, reason FROM call WHERE pbx_call_id = $1", [id])).toEqual({
      outcome: "busy",
      reason: "FAR-01",
    });
  });

  test("that forgot how long was talked, after an answer that is on record, is charged by the clock", async () => {
    const { tenant, phone } = await customer(1_000_000n);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    const answered = new Date();
    await desk.answered(id, answered);
    expect(await desk.settle(id, 0, { at: new Date(answered.getTime() + 20_000) })).toBe("settled");
    expect(await make.wallet(tenant)).toMatchObject({ posted: 980_000n, held: 0n });
  });

  test("a few milliseconds late at the limit is charged as granted, with the reason", async () => {
    const { tenant, phone } = await customer(10_000n);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    await desk.answered(id);
    await desk.settle(id, 10_007, { side: "" });
    expect(await make.wallet(tenant)).toMatchObject({ posted: 0n, held: 0n });
    expect(
      await make.one("SELECT reason, hangup_side, talk_ms::int AS talk FROM call WHERE pbx_call_id = $1", [id]),
    ).toEqual({
      reason: "BAL-02",
      hangup_side: "limit",
      talk: 10_007,
    });
  });

  test("far beyond the grant takes what is there and lists the rest as money at risk", async () => {
    const { tenant, phone } = await customer(12_000n, perSecond, 10);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    await desk.answered(id);
    await desk.settle(id, 30_000);
    expect(await make.wallet(tenant)).toEqual({ posted: 0n, held: 0n, available: 0n });
    expect(
      await make.sql("SELECT kind, money_at_risk_micros::text AS risk FROM difference WHERE tenant_id = $1", [
        tenant.tenantId,
      ]),
    ).toEqual([{ kind: "shortfall", risk: "18000" }]);
  });
});

describe("a renewal", () => {
  test("holds another slice, and at the end of the money says so", async () => {
    const { tenant, phone } = await customer(25_000n, perSecond, 10);
    const id = call();
    expect((await desk.authorise({ call: id, endpoint: phone.endpoint })).granted_seconds).toBe(10);
    expect(await desk.renew(id)).toBeUndefined();
    await desk.answered(id);
    expect(await desk.renew(id)).toEqual({ granted_seconds: 20, code: "" });
    expect(await desk.renew(id)).toEqual({ granted_seconds: 25, code: "BAL-02" });
    expect(await desk.renew(id)).toEqual({ granted_seconds: 25, code: "BAL-02" });
    expect(await make.wallet(tenant)).toMatchObject({ held: 25_000n, available: 0n });
  });

  test("after a top-up goes on", async () => {
    const { tenant, phone } = await customer(10_000n, perSecond, 10);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    await desk.answered(id);
    expect(await desk.renew(id)).toEqual({ granted_seconds: 10, code: "BAL-02" });
    await make.topUp(tenant, 50_000n);
    expect(await desk.renew(id)).toEqual({ granted_seconds: 20, code: "" });
  });
});

describe("a customer under a reseller", () => {
  async function chain(resellerMoney: bigint, customerMoney: bigint, sell = 60_000n, buy = 30_000n) {
    const reseller = await make.tenant("reseller", operator);
    await make.assign(reseller, await make.plan(operator, { "49": { perMinute: buy, first: 1, next: 1 } }));
    if (resellerMoney > 0n) await make.topUp(reseller, resellerMoney);
    const tenant = await make.tenant("customer", reseller);
    await make.assign(tenant, await make.plan(reseller, { "49": { perMinute: sell, first: 1, next: 1 } }));
    if (customerMoney > 0n) await make.topUp(tenant, customerMoney);
    return { reseller, tenant, phone: await make.phone(tenant) };
  }

  test("is held and charged at both levels, each at its own price", async () => {
    const { reseller, tenant, phone } = await chain(1_000_000n, 1_000_000n);
    const id = call();
    await desk.authorise({ call: id, endpoint: phone.endpoint });
    expect((await make.wallet(tenant)).held).toBe(300_000n);
    expect((await make.wallet(reseller)).held).toBe(150_000n);
    await desk.answered(id);
    await desk.settle(id, 60_000);
    expect((await make.wallet(tenant)).posted).toBe(940_000n);
    expect((await make.wallet(reseller)).posted).toBe(970_000n);
    await expectNoDifference();
  });

  test("cannot call when the reseller's wallet is empty, and nothing is held", async () => {
    const { tenant, phone } = await chain(0n, 1_000_000n);
    expect(await desk.authorise({ call: call(), endpoint: phone.endpoint })).toMatchObject({
      kind: "refuse",
      code: "BAL-03",
    });
    expect((await make.wallet(tenant)).held).toBe(0n);
  });

  test("is granted only what both levels pay for", async () => {
    const { phone } = await chain(10_000n, 1_000_000n);
    expect((await desk.authorise({ call: call(), endpoint: phone.endpoint })).granted_seconds).toBe(20);
  });

  test("is refused below cost unless the reseller agreed to it", async () => {
    const { reseller, phone } = await chain(1_000_000n, 1_000_000n, 20_000n, 30_000n);
    expect(await desk.authorise({ call: call(), endpoint: phone.endpoint })).toMatchObject({ code: "RAT-02" });
    await make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [reseller.tenantId]);
    expect(await desk.authorise({ call: call(), endpoint: phone.endpoint })).toMatchObject({ kind: "out" });
  });
});
