import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openCalls, settleMany } from "@/server/domain/calls/call-control";
import { authoriseInbound } from "@/server/domain/calls/inbound-calls";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";
import { mayBeEnded } from "@/workers/calls/end-calls";

let db: TestDatabase;
let world: Prepaid;
let make: Prepaid["make"];
let heldOf: Prepaid["heldOf"];
let numbers = 0;
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  ({ make, heldOf } = world);
});
afterAll(() => db.drop());
afterEach(async () => expect(await world.differences()).toEqual([]));

const free = { granted_seconds: 14_400, code: "" };
async function helped(money: bigint) {
  const made = await world.customer(money);
  await make.setRate(world.operator, made.plan, "49", { ...perSecond, direction: "in" });
  numbers += 1;
  const did = `4930${10_000_000 + numbers}`;
  await make.did(made.tenant, did, made.phone.extensionId);
  const help = { pbx: "pbx1", endpoint: made.phone.endpoint, dialled: "112", address: "", at: new Date() };
  await new CallAuthoriser(db.pool).ask({ ...help, call: randomUUID() });
  const back = async () => {
    const call = randomUUID();
    const asked = {
      pbx: "pbx1",
      call,
      called: did,
      caller: "+441632960001",
      address: "127.0.0.1:5060",
      at: new Date(),
    };
    const { callId, grantedSeconds } = await authoriseInbound(db.pool, asked);
    await world.desk.answered(call);
    return { call, callId, grantedSeconds };
  };
  /** Ends it, and says what it cost and what is left, and that charging anew would change nothing. */
  const end = async (call: string, talkMs: number) => {
    await world.desk.settle(call, talkMs);
    const then = await make.sql(
      "SELECT r.outcome FROM call c, rerate_look(c.tenant_id, ARRAY[c.id], NULL) r WHERE c.pbx_call_id = $1",
      [call],
    );
    expect(then).toEqual([{ outcome: "same" }]);
    const { posted, held } = await make.wallet(made.tenant);
    return { cost: (await world.recordOf(call)).cost, posted, held };
  };
  return { ...made, back, end };
}

test("a call back to who called for help is paid for as long as there is money, goes on without, and costs what was held at most", async () => {
  const { back, end, tenant } = await helped(30_000n);
  const { call, grantedSeconds } = await back();
  expect([grantedSeconds, await heldOf(tenant)]).toEqual([30, 30_000n]);
  expect(await world.desk.renew(call)).toEqual(free);
  await make.topUp(tenant, 500_000n);
  expect(await world.desk.renew(call)).toEqual(free);
  expect(await heldOf(tenant)).toBe(30_000n);
  expect((await world.recordOf(call)).trace.at(-1)).toMatchObject({ value: "nobody pays for the rest", ok: true });
  expect(await end(call, 400_000)).toEqual({ cost: "30000", posted: 500_000n, held: 0n });

  // With money it is renewed like any other, and one that ends before the money does costs what was talked.
  await make.topUp(tenant, 500_000n);
  const { call: second } = await back();
  expect(await world.desk.renew(second)).toEqual({ granted_seconds: 600, code: "" });
  expect(await end(second, 12_000)).toEqual({ cost: "12000", posted: 988_000n, held: 0n });
});

test("a call back to who called for help goes on when its tenant, or the phone, is suspended or has used up a cap, and is not ended with the others", async () => {
  for (const [column, value, table] of [
    ["state", "suspended", "tenant"],
    ["state", "suspended", "extension"],
    ["call_cap_micros", 300_000, "tenant"],
  ] as const) {
    const { back, end, set, tenant } = await helped(1_000_000n);
    const { call, callId } = await back();
    await set(column, value, table);
    expect(await world.desk.renew(call)).toEqual(free);
    const open = (await openCalls(db.pool, "pbx1")).find((one) => one.callId === callId);
    expect(open && [open.helps, open.heldMicros, mayBeEnded(open)]).toEqual([true, 300_000n, false]);
    expect(open && mayBeEnded({ ...open, helps: false })).toBe(true);
    expect(await heldOf(tenant)).toBe(300_000n);
    expect(await end(call, 1_000_000)).toEqual({ cost: "300000", posted: 700_000n, held: 0n });
  }
});

test("a call back to who called for help is nobody's to pay from its start while its tenant may not call, money or not", async () => {
  for (const table of ["tenant", "extension"]) {
    const { back, set, tenant } = await helped(1_000_000n);
    await set("state", "suspended", table);
    const { call, grantedSeconds } = await back();
    expect([grantedSeconds, await heldOf(tenant)]).toEqual([14_400, 0n]);
    expect(await world.desk.renew(call)).toEqual(free);
    await world.desk.settle(call, 600_000);
    expect((await make.wallet(tenant)).posted).toBe(1_000_000n);
  }
});

test("a call back to who called for help costs the same when its end is one of many", async () => {
  const one = await helped(30_000n);
  const two = await helped(600_000n);
  const calls = [await one.back(), await two.back()].map(({ call }) => call);
  for (const call of calls) await world.desk.renew(call);
  const ended = { pbx: "pbx1", talkMs: 500_000, endedAt: new Date(), outcome: "answered", reason: null, cause: 16 };
  await settleMany(
    db.pool,
    calls.map((call) => ({ ...ended, call, side: "caller" as const, source: "hangup" as const })),
  );
  expect([(await make.wallet(one.tenant)).posted, (await make.wallet(two.tenant)).posted]).toEqual([0n, 100_000n]);
});
