import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { amiEnv, startTestWorkers } from "@/test/support/call-control";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { fakeCalls } from "@/test/support/fake-calls";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let pbx: FakeAsterisk;
let calls: ReturnType<typeof fakeCalls>;
let acme: Tenancy;
let phone: Phone;
let workers: Awaited<ReturnType<typeof startTestWorkers>> | undefined;
let count = 0;

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  pbx = await startFakeAsterisk();
  calls = fakeCalls(pbx);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(
    acme,
    await make.plan(operator, { "49": { perMinute: 60_000n, first: 1, next: 1 } }, { slice: 40 }),
  );
  await make.topUp(acme, 100_000_000n);
  phone = await make.phone(acme, "101");
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
});
afterAll(async () => {
  await pbx.close();
  await db.drop();
});

async function start() {
  const started = await startTestWorkers(db, amiEnv(pbx));
  workers = started;
  await eventually(async () => expect((await started.health()).report["ami"]).toMatchObject({ connected: true }));
  return started;
}
async function authorisedBy(running: Awaited<ReturnType<typeof start>>): Promise<string> {
  count += 1;
  const call = `pbx1-1700000000.${count}`;
  // A machine with too much to do may refuse in time rather than let a call wait; the telephone dials again.
  await expect
    .poll(async () => (await running.authorise(call, phone.endpoint, "+493012345678")).text)
    .toMatch(/^out\|/);
  calls.ring(call);
  return call;
}
const rowOf = (call: string) => make.one<Record<string, unknown>>("SELECT * FROM call WHERE pbx_call_id = $1", [call]);
const stateOf = async (call: string) => (await rowOf(call))["state"];
const differences = () =>
  make.sql<{ kind: string; money_at_risk_micros: string }>(
    "SELECT kind, money_at_risk_micros FROM difference WHERE healed_at IS NULL",
  );
type Report = { settled: number; differences: { kind: string; moneyAtRiskMicros: string }[] };
const reconcile = async (running: Awaited<ReturnType<typeof start>>) =>
  JSON.parse((await running.post("/v1/reconcile", "")).text) as Report;

test("a call answered while no worker was there is taken over: answer noted, limit told, renewed, charged once", async () => {
  const first = await start();
  const call = await authorisedBy(first);
  await first.stop();
  const before = Date.now();
  calls.answer(call, 40, false);
  const after = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const second = await start();
  await expect.poll(() => stateOf(call)).toBe("answered");
  const answeredAt = ((await rowOf(call))["answered_at"] as Date).getTime();
  // A busy machine may take the clock of the PBX for that much off; it was looked at later than that.
  expect(answeredAt).toBeGreaterThan(before - 2_000);
  expect(answeredAt).toBeLessThan(after + 2_000);
  await expect
    .poll(() => calls.endsAfterMs(call), { message: "told the limit of what is held" })
    .toBeGreaterThan(39_000);
  await expect.poll(async () => (await rowOf(call))["granted_seconds"]).toBe(80);
  await expect.poll(() => calls.endsAfterMs(call), { message: "and then a later one" }).toBeGreaterThan(40_000);
  await expect.poll(() => calls.endsAfterMs(call)).toBeLessThanOrEqual(80_000);
  calls.end(call, 8_000);
  await expect.poll(() => stateOf(call)).toBe("ended");
  expect(await rowOf(call)).toMatchObject({ cost_micros: "8000" });
  expect(await differences()).toEqual([]);
  await second.stop();
});

test("an answer that fell into a gap of the events is found", async () => {
  const running = await start();
  const call = await authorisedBy(running);
  calls.answer(call, 40, false);
  expect(await stateOf(call)).toBe("authorised");
  pbx.dropConnections();
  await expect.poll(() => stateOf(call)).toBe("answered");
  calls.end(call, 2_000);
  await expect.poll(() => stateOf(call)).toBe("ended");
});

test("a call whose channel vanished is charged for the time it was seen, and the rest is listed", async () => {
  const running = await start();
  const call = await authorisedBy(running);
  calls.answer(call, 40);
  const answeredAt = Date.now();
  await expect.poll(() => stateOf(call)).toBe("answered");
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await reconcile(running);
  // What was not seen yet is not charged for.
  expect(((await rowOf(call))["last_seen_at"] as Date).getTime()).toBeLessThan(Date.now() + 1_000);
  calls.end(call, 0, "silent");
  // It may have been looked at once more meanwhile.
  const seenMs = Date.now() - answeredAt;
  expect(await reconcile(running)).toMatchObject({ settled: 0 });
  expect(await stateOf(call)).toBe("answered");
  await expect.poll(() => stateOf(call)).toBe("ended");
  const row = await rowOf(call);
  expect(row["source"]).toBe("sweep");
  expect(Number(row["talk_ms"])).toBeGreaterThanOrEqual(1_400);
  expect(Number(row["talk_ms"])).toBeLessThan(seenMs + 1_500);
  const [found] = await differences();
  expect(found?.kind).toBe("hold_without_channel");
  expect(Number(found?.money_at_risk_micros)).toBeGreaterThan(6_000);
  await make.sql("DELETE FROM difference");
});

test("a call whose answer was heard and not written down is no call that nobody answered", async () => {
  const running = await start();
  const call = await authorisedBy(running);
  calls.answer(call, 40);
  await expect.poll(() => stateOf(call)).toBe("answered");
  // As it is while the database is away.
  await make.sql("UPDATE call SET state = 'authorised', answered_at = NULL WHERE pbx_call_id = $1", [call]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await reconcile(running);
  calls.end(call, 0, "silent");
  await reconcile(running);
  await expect.poll(() => stateOf(call)).toBe("ended");
  expect(Number((await rowOf(call))["talk_ms"])).toBeGreaterThanOrEqual(1_400);
  expect(await differences()).toMatchObject([{ kind: "hold_without_channel" }]);
  await make.sql("DELETE FROM difference");
});

test("money of a call whose end nobody saw stays held and is listed, until evidence comes", async () => {
  const first = await start();
  const call = await authorisedBy(first);
  await first.stop();
  calls.end(call, 0, "silent");
  const second = await start();
  await expect.poll(differences).toEqual([{ kind: "hold_without_channel", money_at_risk_micros: "40000" }]);
  expect((await make.wallet(acme)).held).toBe(40_000n);
  expect((await reconcile(second)).differences).toMatchObject([
    { kind: "hold_without_channel", moneyAtRiskMicros: "40000" },
  ]);
  await second.ended(call, 2_000);
  expect((await make.wallet(acme)).held).toBe(0n);
  expect(await rowOf(call)).toMatchObject({ cost_micros: "2000" });
  expect((await reconcile(second)).differences).toEqual([]);
  expect(await differences()).toEqual([]);
});

test("a paid channel for which nothing is held is ended at the second look; a free one is left alone", async () => {
  const running = await start();
  calls.ring("pbx1-1700000009.1", "ringfence-out");
  calls.ring("pbx1-1700000009.2", "ringfence-emergency");
  calls.ring("pbx1-1700000009.3", "from-carrier");
  calls.ring("pbx1-1700000009.4", "ringfence-inbound", "4930000000");
  calls.ring("pbx1-1700000009.5", "ringfence-out", "s", "nobody-1");
  await reconcile(running);
  expect(calls.hungUp).not.toContain("pbx1-1700000009.1");
  await expect.poll(() => calls.hungUp).toContain("pbx1-1700000009.1");
  await expect.poll(() => calls.hungUp).toContain("pbx1-1700000009.4");
  expect(calls.hungUp).not.toContain("pbx1-1700000009.2");
  // Where nobody knows whose it is, the operator is told.
  const kinds = async () => (await differences()).map(({ kind }) => kind);
  await expect.poll(kinds).toEqual(Array(3).fill("channel_without_hold"));
  const ends = () =>
    make.sql<{ kind: string; subject: string; actor_id: string; reason: string }>(
      "SELECT t.kind, e.subject, e.actor_id, e.after ->> 'reason' AS reason FROM audit_event e JOIN tenant t ON t.id = e.tenant_id WHERE e.action = 'call.hang_up' ORDER BY e.subject",
    );
  const by = { actor_id: "calls.reconcile", reason: "no money is held for it" };
  await expect.poll(ends).toEqual([
    { kind: "customer", subject: "channel:pbx1-1700000009.1", ...by },
    { kind: "operator", subject: "channel:pbx1-1700000009.4", ...by },
    { kind: "operator", subject: "channel:pbx1-1700000009.5", ...by },
  ]);
  calls.channels.clear();
  await make.sql("DELETE FROM difference");
});

test("a ledger that does not add up is found", async () => {
  const running = await start();
  await make.sql("UPDATE wallet SET posted_micros = posted_micros + 5 WHERE tenant_id = $1", [acme.tenantId]);
  expect((await reconcile(running)).differences).toMatchObject([{ kind: "wallet_mismatch", moneyAtRiskMicros: "5" }]);
  await make.sql("UPDATE wallet SET posted_micros = posted_micros - 5 WHERE tenant_id = $1", [acme.tenantId]);
  expect((await reconcile(running)).differences).toEqual([]);
  expect(await differences()).toEqual([]);
});
