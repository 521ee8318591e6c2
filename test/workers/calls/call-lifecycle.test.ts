import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { amiEnv, startTestWorkers } from "@/test/support/call-control";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { fakeCalls } from "@/test/support/fake-calls";
import { watchStandstill } from "@/test/support/standstill";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let pbx: FakeAsterisk;
let calls: ReturnType<typeof fakeCalls>;
let workers: Awaited<ReturnType<typeof startTestWorkers>>;
let acme: Tenancy;
let phone: Phone;
let count = 0;

/** A slice of 30 s; the wallet's content decides how much of it is granted. It is renewed some seconds before its end. */
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  pbx = await startFakeAsterisk();
  calls = fakeCalls(pbx);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(
    acme,
    await make.plan(operator, { "49": { perMinute: 60_000n, first: 1, next: 1 } }, { slice: 30 }),
  );
  phone = await make.phone(acme, "101");
  workers = await startTestWorkers(db, amiEnv(pbx));
  await eventually(async () => expect((await workers.health()).report["ami"]).toMatchObject({ connected: true }));
});
afterAll(async () => {
  await workers.stop();
  await pbx.close();
  await db.drop();
});
beforeEach(async () => {
  const { available } = await make.wallet(acme);
  if (available > 0n)
    await make.sql(
      "SELECT wallet_post($1, 'correction', $2, 'EUR', gen_random_uuid()::text, 'adjustments', 'test', 'test', NULL)",
      [acme.tenantId, -available],
    );
});

async function startCall(seconds: number): Promise<string> {
  await make.topUp(acme, BigInt(seconds) * 1_000n);
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  // A machine with too much to do may refuse in time rather than let a call wait; the telephone dials again.
  await expect
    .poll(async () => (await workers.authorise(call, phone.endpoint, "+493012345678")).text)
    .toMatch(/^out\|/);
  calls.ring(call);
  return call;
}
const rowOf = (call: string) => make.one<Record<string, unknown>>("SELECT * FROM call WHERE pbx_call_id = $1", [call]);
const stateOf = async (call: string) => (await rowOf(call))["state"];
const limitsOf = (call: string) => calls.limits.filter(({ channel }) => channel === call);

describe("a call in progress", () => {
  test("is renewed slice by slice: first the money, then the limit, and never more than is held", async () => {
    const call = await startCall(40);
    calls.answer(call, 30);
    await expect.poll(() => stateOf(call)).toBe("answered");
    await expect.poll(() => calls.endsAfterMs(call)).toBeGreaterThan(30_000);
    await expect.poll(() => calls.endsAfterMs(call)).toBeLessThanOrEqual(40_000);
    expect(await rowOf(call)).toMatchObject({ granted_seconds: 40, limit_reason: "BAL-02" });
    expect((await make.wallet(acme)).available).toBe(0n);
    calls.end(call, 7_000);
    await expect.poll(() => stateOf(call)).toBe("ended");
  });

  test("is told nothing when there is no more money, until some arrives", async () => {
    const call = await startCall(20);
    calls.answer(call, 20);
    await expect.poll(() => stateOf(call)).toBe("answered");
    const asked = () => pbx.received.filter(({ action, channel }) => action === "Getvar" && channel === call);
    await expect.poll(() => asked().length, { message: "the end is near, and more is asked for" }).toBeGreaterThan(0);
    expect(limitsOf(call)).toEqual([]);
    await make.topUp(acme, 5_000n);
    await make.sql("SELECT pg_notify('live', $1)", [JSON.stringify({ t: acme.tenantId, k: "balance" })]);
    await expect.poll(() => limitsOf(call).length).toBeGreaterThan(0);
    expect(await rowOf(call)).toMatchObject({ granted_seconds: 25 });
    calls.end(call, 25_000);
    await expect.poll(() => stateOf(call)).toBe("ended");
  });

  test("ends within what is held also when the PBX reads its limit late: it is told again", async () => {
    const call = await startCall(20);
    const machine = watchStandstill();
    pbx.slowMs = ({ action }) => (action === "Setvar" ? 400 : 0);
    calls.answer(call, 20);
    await expect.poll(() => stateOf(call)).toBe("answered");
    await make.topUp(acme, 5_000n);
    await make.sql("SELECT pg_notify('live', $1)", [JSON.stringify({ t: acme.tenantId, k: "balance" })]);
    await expect.poll(() => calls.endsAfterMs(call)).toBeGreaterThan(20_000);
    await expect.poll(() => calls.endsAfterMs(call) - machine.lostMs()).toBeLessThanOrEqual(25_000);
    expect(await rowOf(call)).toMatchObject({ granted_seconds: 25 });
    pbx.slowMs = () => 0;
    calls.end(call, 25_000);
    await expect.poll(() => stateOf(call)).toBe("ended");
  });
});

describe("a call from outside", () => {
  async function comeIn(number: string): Promise<string> {
    count += 1;
    const call = `pbx1-1700000000.${count}`;
    expect((await workers.authoriseInbound(call, `+${number}`)).text).toMatch(/^inbound\|\d+\|acme-101\|/);
    calls.ring(call, "ringfence-inbound");
    return call;
  }

  test("that is paid for is renewed like any other; one that nobody pays for has all its time and is left alone", async () => {
    const plan = await make.one<{ id: string }>("SELECT plan_id AS id FROM tenant WHERE id = $1", [acme.tenantId]);
    const operator = await make.one<{ tenantId: string; slug: string }>(
      'SELECT id AS "tenantId", slug FROM tenant WHERE kind = $1',
      ["operator"],
    );
    await make.setRate(operator, plan.id, "49301", { perMinute: 60_000n, first: 1, next: 1, direction: "in" });
    await make.did(acme, "493012340001", phone.extensionId);
    await make.did(acme, "493022340002", phone.extensionId);
    await make.topUp(acme, 20_000n);
    const free = await comeIn("493022340002");
    const paid = await comeIn("493012340001");
    expect(await rowOf(paid)).toMatchObject({ kind: "inbound", granted_seconds: 20 });
    calls.answer(free, 14_400);
    calls.answer(paid, 20);
    await expect.poll(() => stateOf(paid)).toBe("answered");
    await make.topUp(acme, 5_000n);
    await expect.poll(() => limitsOf(paid).length).toBeGreaterThan(0);
    expect(await rowOf(paid)).toMatchObject({ granted_seconds: 25 });
    expect(limitsOf(free)).toEqual([]);
    expect(await rowOf(free)).toMatchObject({ granted_seconds: 14_400, limit_reason: null });
    calls.end(paid, 9_000);
    calls.end(free, 9_000);
    await expect.poll(async () => [await stateOf(paid), await stateOf(free)]).toEqual(["ended", "ended"]);
    expect([(await rowOf(paid))["cost_micros"], (await rowOf(free))["cost_micros"]]).toEqual(["9000", "0"]);
  });

  test("that the PBX refused because nobody answered it is the holder's to read", async () => {
    calls.userEvent("RingfenceRefused", {
      Call: "pbx1-1700000001.2",
      Way: "inbound",
      Code: "SYS-01",
      Dialled: "%2B493022340002",
      Caller: "%2B441632960001",
      Channel: "PJSIP/carrier-0000000a",
    });
    await expect
      .poll(() =>
        make.sql("SELECT tenant_id, kind, from_number, reason FROM call WHERE pbx_call_id = 'pbx1-1700000001.2'"),
      )
      .toEqual([{ tenant_id: acme.tenantId, kind: "inbound", from_number: "+441632960001", reason: "SYS-01" }]);
  });
});

describe("the end of a call", () => {
  test("is settled by whichever report comes first, and charged once", async () => {
    const call = await startCall(10);
    calls.answer(call, 10);
    await expect.poll(() => stateOf(call)).toBe("answered");
    calls.end(call, 3_400);
    await Promise.all([workers.ended(call, 3_400), workers.ended(call, 3_400)]);
    expect(await rowOf(call)).toMatchObject({ state: "ended", talk_ms: "3400", cost_micros: "4000" });
    expect(
      await make.sql(
        "SELECT FROM ledger_transaction WHERE kind = 'charge' AND call_id = (SELECT id FROM call WHERE pbx_call_id = $1)",
        [call],
      ),
    ).toHaveLength(1);
  });

  test("is known from Asterisk's own event when nothing else was heard", async () => {
    const call = await startCall(10);
    calls.answer(call, 10);
    const answeredAt = Date.now();
    await expect.poll(() => stateOf(call)).toBe("answered");
    await new Promise((resolve) => setTimeout(resolve, 600));
    calls.end(call, 0, "only hangup");
    await expect.poll(() => stateOf(call)).toBe("ended");
    const knownMs = Date.now() - answeredAt;
    const row = await rowOf(call);
    expect(row["source"]).toBe("event");
    expect(Number(row["talk_ms"])).toBeGreaterThan(500);
    expect(Number(row["talk_ms"])).toBeLessThanOrEqual(knownMs);
  });

  test("of a call that nobody answered gives the money back", async () => {
    const call = await startCall(10);
    calls.end(call, 0, "only hangup");
    await expect.poll(() => stateOf(call)).toBe("ended");
    expect(await rowOf(call)).toMatchObject({ talk_ms: "0", cost_micros: "0", outcome: "cancelled" });
    expect((await make.wallet(acme)).held).toBe(0n);
  });
});

test("a call that the PBX refused because nobody answered it stands in the list all the same", async () => {
  calls.userEvent("RingfenceRefused", {
    Call: "pbx1-1700000001.1",
    Code: "SYS-01",
    Dialled: "%2B493012345678",
    Channel: "PJSIP/acme-101-0000000a",
  });
  await expect
    .poll(() => make.sql("SELECT dialled, outcome FROM call WHERE pbx_call_id = 'pbx1-1700000001.1'"))
    .toEqual([{ dialled: "+493012345678", outcome: "failed" }]);
});

test("security events are kept for the tenant whose phone was tried, without anything secret", async () => {
  const failed = (account: string) => ({
    Event: "ChallengeResponseFailed",
    Privilege: "security,all",
    EventTV: new Date().toISOString(),
    Severity: "Error",
    Service: "PJSIP",
    AccountID: account,
    RemoteAddress: "IPV4/UDP/203.0.113.7/5060",
    Challenge: "hush-hush",
    Response: "hush-hush",
    ExpectedResponse: "hush-hush",
  });
  for (let n = 0; n < 50; n += 1) pbx.send(failed(phone.endpoint), "reads");
  pbx.send(failed("somebody"), "reads");
  const stored = () =>
    make.sql<{ slug: string; n: number; detail: object }>(
      "SELECT t.slug, s.detail, (s.detail->>'count')::int AS n FROM security_event s JOIN tenant t ON t.id = s.tenant_id",
    );
  await expect.poll(async () => (await stored()).reduce((sum, { n }) => sum + n, 0)).toBe(51);
  const rows = await stored();
  expect(rows.length).toBeLessThan(10);
  expect(rows.filter(({ slug }) => slug === "acme").reduce((sum, { n }) => sum + n, 0)).toBe(50);
  expect(JSON.stringify(rows)).not.toContain("hush-hush");
});
