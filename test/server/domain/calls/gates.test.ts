import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { builders, type RateOf, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";

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

describe("the gates", () => {
  test("let emergency calls pass at zero balance and under suspension, and write them down", async () => {
    const { tenant, phone } = await customer(0n);
    await make.sql("UPDATE extension SET state = 'suspended' WHERE tenant_id = $1", [tenant.tenantId]);
    await make.sql("UPDATE tenant SET state = 'suspended' WHERE id = $1", [tenant.tenantId]);
    const id = call();
    expect(
      await desk.authorise({ call: id, endpoint: phone.endpoint, dialled: "112", kind: "emergency" }),
    ).toMatchObject({
      kind: "emergency",
      target: "112",
    });
    await desk.answered(id);
    expect(await desk.settle(id, 65_000)).toBe("settled");
    expect(await make.one("SELECT kind, cost_micros::int AS cost FROM call WHERE pbx_call_id = $1", [id])).toEqual({
      kind: "emergency",
      cost: 0,
    });
  });

  test.each([
    ["SEC-01", "UPDATE extension SET state = 'suspended' WHERE tenant_id = $1", {}],
    ["SEC-02", "UPDATE tenant SET state = 'suspended' WHERE id = $1", {}],
    ["DST-01", "SELECT $1::uuid", { e164: "447911123456", country: "GB" }],
    ["DST-04", "SELECT $1::uuid", { dialled: "12", kind: "invalid" }],
    ["RAT-01", "UPDATE tenant SET plan_id = NULL WHERE id = $1", {}],
    ["LIM-01", "UPDATE tenant SET max_calls = 0 WHERE id = $1", {}],
    ["LIM-02", "UPDATE tenant SET max_calls_per_minute = 0 WHERE id = $1", {}],
    ["LIM-02", "UPDATE tenant SET max_calls_per_second = 0 WHERE id = $1", {}],
    ["CAP-01", "UPDATE tenant SET daily_cap_micros = 500 WHERE id = $1", {}],
  ])("refuse with %s", async (code, prepare, dial) => {
    const { tenant, phone } = await customer(1_000_000n);
    await make.sql(prepare, [tenant.tenantId]);
    const id = call();
    expect(await desk.authorise({ call: id, endpoint: phone.endpoint, ...dial })).toMatchObject({
      kind: "refuse",
      code,
    });
    const { trace } = await make.one<{ trace: { ok: boolean }[] }>("SELECT trace FROM call WHERE pbx_call_id = $1", [
      id,
    ]);
    expect(trace.at(-1)?.ok).toBe(false);
    expect((await make.wallet(tenant)).held).toBe(0n);
  });

  test("let calls between a tenant's own extensions pass without money", async () => {
    const { tenant, phone } = await customer(0n);
    const other = await make.phone(tenant, "102");
    expect(
      await desk.authorise({ call: call(), endpoint: phone.endpoint, dialled: "102", kind: "invalid" }),
    ).toMatchObject({
      kind: "internal",
      target: other.endpoint,
    });
  });

  test("count held money against the daily cap, so parallel calls cannot pass it together", async () => {
    const { tenant, phone } = await customer(10_000_000n, perSecond, 100);
    const cap = [tenant.tenantId, noonZone()];
    await make.sql("UPDATE tenant SET daily_cap_micros = 250000, time_zone = $2 WHERE id = $1", cap);
    const verdicts = await Promise.all(
      [1, 2, 3, 4].map(() => desk.authorise({ call: call(), endpoint: phone.endpoint })),
    );
    expect(verdicts.map((v) => v.granted_seconds).sort((a, b) => b - a)).toEqual([100, 100, 50, 0]);
    expect(verdicts.filter((v) => v.code === "CAP-01")).toHaveLength(1);
  });
});
