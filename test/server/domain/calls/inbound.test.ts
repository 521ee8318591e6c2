import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { authoriseInbound, recordUnheldInbound } from "@/server/domain/calls/inbound-calls";
import type { RateOf } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";

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
  const authorise = async (called: string, call: string = randomUUID()) => ({
    call,
    ...(await authoriseInbound(db.pool, {
      pbx: "pbx1",
      call,
      called,
      caller: "+441632960001",
      address: "127.0.0.1:5060",
      at: new Date(),
    })),
  });
  const number = () =>
    `4930${String(Math.floor(performance.now() * 1_000))
      .slice(-8)
      .padStart(8, "1")}`;
  async function reached(money: bigint, incoming?: RateOf) {
    const made = await customer(money);
    if (incoming) await make.setRate(operator, made.plan, "49", { ...incoming, direction: "in" });
    const did = number();
    await make.did(made.tenant, did, made.phone.extensionId);
    return { ...made, did };
  }

  test("passes without money and under suspension when nobody pays for it", async () => {
    const { did, phone, set } = await reached(0n);
    await set("state", "suspended");
    await set("state", "suspended", "extension");
    const { call, ...verdict } = await authorise(did);
    expect(verdict).toMatchObject({ kind: "inbound", code: "", target: phone.endpoint, callerId: "+441632960001" });
    expect(await authorise(did, call)).toMatchObject({ kind: "inbound", target: phone.endpoint });
    expect(await talk(call, 60_000)).toBe("0");
  });

  test("is held and charged like any other when the tenant pays for it", async () => {
    const { did, tenant, set } = await reached(30_000n, perSecond);
    const { call, grantedSeconds } = await authorise(`+${did}`);
    expect([grantedSeconds, await heldOf(tenant)]).toEqual([30, 30_000n]);
    expect(await authorise(did, call)).toMatchObject({ kind: "inbound", grantedSeconds: 30 });
    expect(await heldOf(tenant)).toBe(30_000n);
    expect((await authorise(did)).code).toBe("BAL-01");
    expect(await talk(call, 12_000)).toBe("12000");
    await set("state", "suspended");
    expect((await authorise(did)).code).toBe("SEC-02");
  });

  test("is not paid out of a bundle, which is for calling and not for being called", async () => {
    const { did, tenant } = await reached(30_000n, perSecond);
    const bundle = await make.bundle(operator, tenant, { amount: 1_000 });
    const { call } = await authorise(did);
    expect(await heldOf(tenant)).toBe(30_000n);
    expect(await talk(call, 12_000)).toBe("12000");
    expect(await make.sql("SELECT FROM bundle_use WHERE bundle_id = $1", [bundle])).toEqual([]);
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
    await make.did(tenant, did, extensionId);
    expect((await authorise(did)).code).toBe("RAT-02");
    await make.setRate(reseller, sold, "49", { perMinute: 120_000n, first: 1, next: 1, direction: "in" });
    const { call } = await authorise(did);
    await talk(call, 10_000);
    expect([(await make.wallet(tenant)).posted, (await make.wallet(reseller)).posted]).toEqual([980_000n, 990_000n]);
  });

  test("to a number that nobody has, or that rings nowhere, is not in service", async () => {
    for (const called of ["4930000", "+0", "'; DROP TABLE call", "\u0000s"]) {
      const { call, ...answer } = await authorise(called);
      expect(answer).toMatchObject({ kind: "refuse", code: "NUM-01", tenantId: operator.tenantId });
      const [record] = await make.sql("SELECT * FROM call WHERE pbx_call_id = $1", [call]);
      expect(record).toMatchObject({
        tenant_id: operator.tenantId,
        kind: "inbound",
        outcome: "blocked",
        reason: "NUM-01",
        dialled: called.replace("\u0000", "?"),
        from_number: "+441632960001",
      });
    }
    const { did, tenant } = await reached(0n);
    await make.sql("UPDATE did SET extension_id = NULL WHERE tenant_id = $1", [tenant.tenantId]);
    expect(await authorise(did)).toMatchObject({ kind: "refuse", code: "NUM-01" });
  });

  test("is no answer to a phone that comes with its id, nor to another number, nor is a phone's call an answer to it", async () => {
    const { did, phone, tenant, ring } = await reached(1_000_000n, perSecond);
    const other = await reached(0n);
    const { call } = await authorise(did);
    const held = await heldOf(tenant);
    const out = { pbx: "pbx1", call, endpoint: phone.endpoint, dialled: "030901820", address: "", at: new Date() };
    const none = { kind: "refuse", code: "SYS-01", callId: undefined, tenantId: undefined };
    expect(await new CallAuthoriser(db.pool).ask(out)).toMatchObject(none);
    expect(await authorise(other.did, call)).toMatchObject(none);
    expect(await heldOf(tenant)).toBe(held);
    await talk(call, 3_000);
    expect(await new CallAuthoriser(db.pool).ask(out)).toMatchObject(none);

    const outgoing = await ring();
    expect(await authorise(did, outgoing.call)).toMatchObject(none);
    await talk(outgoing.call, 1_000);
    expect(await authorise(did, outgoing.call)).toMatchObject(none);
  });

  test("asked for eight times at the same instant is held once", async () => {
    const { did, tenant } = await reached(100_000n, perSecond);
    const call = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => authorise(did, call)));
    expect(new Set(answers.map(({ kind, grantedSeconds }) => `${kind} ${grantedSeconds}`))).toEqual(
      new Set(["inbound 100"]),
    );
    expect(await heldOf(tenant)).toBe(100_000n);
    await talk(call, 1_000);
    expect((await make.wallet(tenant)).posted).toBe(99_000n);

    const free = await reached(0n);
    const again = randomUUID();
    const ids = (await Promise.all(Array.from({ length: 8 }, () => authorise(free.did, again)))).map((a) => a.callId);
    expect(new Set(ids).size).toBe(1);
    await talk(again, 1_000);
  });

  test("does not use up what its tenant may call out, and is one of so many at once, free or paid for", async () => {
    const free = await reached(1_000_000n);
    await free.set("max_calls", 2);
    await free.set("max_calls_per_minute", 1);
    const calls = Array.from({ length: 8 }, () => randomUUID());
    const answers = await Promise.all([...calls, ...calls].map((call) => authorise(free.did, call)));
    const letIn = new Set(answers.filter(({ kind }) => kind === "inbound").map(({ callId }) => callId));
    expect(letIn.size).toBe(2);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["", "LIM-01"]));
    const { code, call } = await authorise(free.did);
    expect(code).toBe("LIM-01");
    expect((await world.recordOf(call)).trace.at(-1)).toMatchObject({ gate: "calls at once", ok: false });
    expect(await free.ring()).toMatchObject({ kind: "out" });

    const paid = await reached(1_000_000n, perSecond);
    await paid.set("max_calls", 1);
    expect(await authorise(paid.did)).toMatchObject({ kind: "inbound" });
    expect(await authorise(paid.did)).toMatchObject({ code: "LIM-01" });
    expect(await paid.ring()).toMatchObject({ kind: "out" });
  });

  test("rings a phone that called for help within the hour, however many calls there are", async () => {
    for (const incoming of [undefined, perSecond]) {
      const { did, phone, set, tenant } = await reached(1_000_000n, incoming);
      const help = () =>
        new CallAuthoriser(db.pool).ask({
          pbx: "pbx1",
          call: randomUUID(),
          endpoint: phone.endpoint,
          dialled: "112",
          address: "",
          at: new Date(),
        });
      await set("max_calls", 1, "extension");
      expect(await authorise(did)).toMatchObject({ kind: "inbound" });
      expect((await authorise(did)).code).toBe("LIM-01");
      expect(await help()).toMatchObject({ kind: "emergency" });
      expect(await authorise(did)).toMatchObject({ kind: "inbound", target: phone.endpoint });

      // Another phone of the same company did not, and an hour later nobody did.
      const beside = number();
      const { extensionId } = await make.phone(tenant, "102", { maxCalls: 1 });
      await make.did(tenant, beside, extensionId);
      expect(await authorise(beside)).toMatchObject({ kind: "inbound" });
      expect((await authorise(beside)).code).toBe("LIM-01");
      await make.sql("UPDATE call SET started_at = started_at - interval '61 minutes' WHERE kind = 'emergency'");
      expect((await authorise(did)).code).toBe("LIM-01");
    }
  });

  test("rings a phone that called for help also where its tenant would pay and cannot, and nobody pays", async () => {
    const { did, phone, set, tenant } = await reached(0n, perSecond);
    expect((await authorise(did)).code).toBe("BAL-01");
    const help = { pbx: "pbx1", endpoint: phone.endpoint, dialled: "112", address: "", at: new Date() };
    await new CallAuthoriser(db.pool).ask({ ...help, call: randomUUID() });
    const { call, ...verdict } = await authorise(did);
    expect(verdict).toMatchObject({ kind: "inbound", code: "", target: phone.endpoint });
    const first = verdict.callId;
    expect(await authorise(did, call)).toMatchObject({ kind: "inbound", callId: first });
    expect((await world.recordOf(call)).trace.map(({ gate }) => gate)).toEqual(["number", "emergency", "incoming"]);
    expect(await talk(call, 60_000)).toBe("0");
    await set("state", "suspended");
    await set("state", "suspended", "extension");
    expect(await authorise(did)).toMatchObject({ kind: "inbound", target: phone.endpoint });
    await set("state", "active");
    await set("state", "active", "extension");

    // With money it is paid for like any other.
    await make.topUp(tenant, 1_000_000n);
    const paid = await authorise(did);
    expect(await talk(paid.call, 60_000)).toBe("60000");
    expect((await make.wallet(tenant)).posted).toBe(940_000n);
    await make.sql("UPDATE call SET started_at = started_at - interval '61 minutes' WHERE kind = 'emergency'");
    await set("max_calls_per_minute", 0);
    expect((await authorise(did)).code).toBe("LIM-02");
  });

  test("tells a tenant that has it for nothing nothing of what its reseller pays, and takes the reseller's limits as they are", async () => {
    const reseller = await make.tenant("reseller", operator);
    const tenant = await make.tenant("customer", reseller);
    const bought = await make.plan(operator, { "49": { ...perSecond, direction: "in" } });
    await make.assign(reseller, bought);
    await make.assign(tenant, await make.plan(reseller, {}));
    await make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [reseller.tenantId]);
    await make.sql("UPDATE tenant SET max_per_minute_micros = 1, max_calls = 1 WHERE id = $1", [tenant.tenantId]);
    const { extensionId } = await make.phone(tenant);
    const did = number();
    await make.did(tenant, did, extensionId);
    expect((await authorise(did)).code).toBe("BAL-03");
    await make.topUp(reseller, 1_000_000n);
    const { call } = await authorise(did);
    const { trace } = await world.recordOf(call);
    expect(trace.map(({ gate }) => gate)).toEqual(["number", "incoming", "calls at once"]);
    expect((await authorise(did)).code).toBe("LIM-01");
    expect(JSON.stringify(trace)).not.toMatch(/1000000|60000|300000/);
    expect(await talk(call, 10_000)).toBe("0");
    expect((await make.wallet(reseller)).posted).toBe(990_000n);
  });

  test("that call control never heard of is written down for whoever holds the number", async () => {
    const { did, tenant, phone } = await reached(0n);
    const [startedAt, endedAt] = [new Date(Date.now() - 5_000), new Date()];
    const refused = { pbx: "pbx1", call: randomUUID(), called: `+${did}`, caller: "anonymous", startedAt, endedAt };
    expect(await recordUnheldInbound(db.pool, { ...refused, talkMs: 0 })).toBe("recorded");
    expect(await recordUnheldInbound(db.pool, { ...refused, talkMs: 0 })).toBe("known");
    const [record] = await make.sql("SELECT * FROM call WHERE pbx_call_id = $1", [refused.call]);
    expect(record).toMatchObject({
      tenant_id: tenant.tenantId,
      extension_id: phone.extensionId,
      kind: "inbound",
      reason: "SYS-01",
      from_number: "",
    });
    const talked = { ...refused, call: randomUUID(), called: "nobody's", talkMs: 4_000 };
    expect(await recordUnheldInbound(db.pool, talked)).toBe("recorded");
    const listed = await make.sql("SELECT tenant_id FROM difference WHERE detail ->> 'talkMs' = '4000'");
    expect(listed).toEqual([{ tenant_id: operator.tenantId }]);
  });

  test("to a phone that is deleted rings nowhere, and the number stays with its holder", async () => {
    const { did, tenant } = await reached(0n);
    await make.sql("DELETE FROM extension WHERE tenant_id = $1", [tenant.tenantId]);
    expect(await make.sql("SELECT tenant_id, extension_id FROM did WHERE number = $1", [did])).toEqual([
      { tenant_id: tenant.tenantId, extension_id: null },
    ]);
    expect(await authorise(did)).toMatchObject({ code: "NUM-01", tenantId: tenant.tenantId });
  });
});
