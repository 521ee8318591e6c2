import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { RateOf } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
let make: Prepaid["make"];
let operator: Prepaid["operator"];
let customer: Prepaid["customer"];
let heldOf: Prepaid["heldOf"];
let talk: Prepaid["talk"];
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  ({ make, operator, customer, heldOf, talk } = world);
});
afterAll(() => db.drop());
afterEach(async () => expect(await world.differences()).toEqual([]));

describe("a call from outside", () => {
  const authorise = async (did: string, call = randomUUID()) => {
    const [verdict] = await db.pool.query<{
      kind: string;
      code: string;
      granted_seconds: number;
      target: string;
      caller_id: string;
    }>("test_inbound", "SELECT * FROM call_authorise_inbound('pbx1', $1, $2, '441632960001', '', now())", [call, did]);
    return { call, ...verdict };
  };
  const number = () =>
    `4930${String(Math.floor(performance.now() * 1_000))
      .slice(-8)
      .padStart(8, "1")}`;
  async function reached(money: bigint, incoming?: RateOf) {
    const made = await customer(money);
    if (incoming) await make.setRate(operator, made.plan, "49", { ...incoming, direction: "in" });
    const did = number();
    await make.sql("INSERT INTO did (tenant_id, number, extension_id) VALUES ($1, $2, $3)", [
      made.tenant.tenantId,
      did,
      made.phone.extensionId,
    ]);
    return { ...made, did };
  }

  test("passes without money and under suspension when nobody pays for it", async () => {
    const { did, phone, set } = await reached(0n);
    await set("state", "suspended");
    await set("state", "suspended", "extension");
    const { call, ...verdict } = await authorise(did);
    expect(verdict).toMatchObject({ kind: "inbound", code: "", target: phone.endpoint, caller_id: "441632960001" });
    expect(await authorise(did, call)).toMatchObject({ kind: "inbound", target: phone.endpoint });
    expect(await talk(call, 60_000)).toBe("0");
  });

  test("is held and charged like any other when the tenant pays for it", async () => {
    const { did, tenant, set } = await reached(30_000n, perSecond);
    const { call, granted_seconds } = await authorise(did);
    expect([granted_seconds, await heldOf(tenant)]).toEqual([30, 30_000n]);
    expect((await authorise(did)).code).toBe("BAL-01");
    expect(await talk(call, 12_000)).toBe("12000");
    await set("state", "suspended");
    expect((await authorise(did)).code).toBe("SEC-02");
  });

  test("costs the whole chain, and a reseller does not pay for a customer who does not", async () => {
    const reseller = await make.tenant("reseller", operator);
    const tenant = await make.tenant("customer", reseller);
    const bought = await make.plan(operator, { "49": { ...perSecond, direction: "in" } });
    const sold = await make.plan(reseller, {});
    await make.assign(reseller, bought);
    await make.assign(tenant, sold);
    for (const one of [reseller, tenant]) await make.topUp(one, 1_000_000n);
    const did = number();
    const { extensionId } = await make.phone(tenant);
    await make.sql("INSERT INTO did (tenant_id, number, extension_id) VALUES ($1, $2, $3)", [
      tenant.tenantId,
      did,
      extensionId,
    ]);
    expect((await authorise(did)).code).toBe("RAT-02");
    await make.setRate(reseller, sold, "49", { perMinute: 120_000n, first: 1, next: 1, direction: "in" });
    const { call } = await authorise(did);
    await talk(call, 10_000);
    expect([(await make.wallet(tenant)).posted, (await make.wallet(reseller)).posted]).toEqual([980_000n, 990_000n]);
  });

  test("to a number that nobody has, or that rings nowhere, is not in service", async () => {
    expect(await authorise("4930000")).toMatchObject({ kind: "refuse", code: "NUM-01" });
    const { did, tenant } = await reached(0n);
    await make.sql("UPDATE did SET extension_id = NULL WHERE tenant_id = $1", [tenant.tenantId]);
    expect(await authorise(did)).toMatchObject({ kind: "refuse", code: "NUM-01" });
  });
});
