import { afterAll, beforeAll, expect, test } from "vitest";

import { type Lane, pause, startLane, until } from "@/test/support/pbx-lane";
import { watchStandstill } from "@/test/support/standstill";

/** What a customer pays when parts die in mid-call: exactly what was talked, once, and never beyond what was held. */
let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(() => lane?.stop());

const NUMBER = "030901820";
const sound = async () => expect(await lane.make.sql("SELECT * FROM ledger_check()")).toEqual([]);

test("a worker killed in mid-call: the call ends in time by itself, and is charged once after the restart", async () => {
  const { tenant, phone } = await lane.customer(12_000n);
  const machine = watchStandstill();
  const call = await (await phone.open()).call(NUMBER);
  await call.answered;
  await pause(500);
  await lane.stack.killWorker();
  const { talkMs } = await call.ended;
  expect(Math.abs(talkMs - 12_000)).toBeLessThan(machine.slackMs());
  expect((await lane.make.wallet(tenant)).held).toBe(12_000n);
  await lane.stack.restartWorker();
  expect(await lane.record(tenant)).toMatchObject({
    outcome: "answered",
    billed_seconds: 12,
    cost: 12_000n,
    source: "spool",
  });
  expect(await lane.make.wallet(tenant)).toEqual({ posted: 0n, held: 0n, available: 0n });
  await sound();
});

test("a worker killed while a call goes on finds it again, renews it, and charges it once", async () => {
  const { tenant, phone } = await lane.customer(600_000n, undefined, { slice: 45 });
  const machine = watchStandstill();
  const call = await (await phone.open()).call(NUMBER);
  await call.answered;
  await pause(500);
  await lane.stack.killWorker();
  await lane.stack.restartWorker();
  await until(
    async () =>
      (await lane.make.sql("SELECT 1 FROM call WHERE tenant_id = $1 AND granted_seconds = 90", [tenant.tenantId]))
        .length === 1,
  );
  call.hangUp();
  const { talkMs } = await call.ended;
  const record = await lane.record(tenant);
  expect(Math.abs(record.talkMs - talkMs)).toBeLessThan(machine.slackMs());
  expect((await lane.make.wallet(tenant)).posted).toBe(600_000n - record.cost);
  await sound();
});

test("while the worker is away a new call is refused, and the emergency number passes and is recorded later", async () => {
  const { tenant, phone } = await lane.customer(1_000_000n);
  await lane.stack.killWorker();
  const device = await phone.open();
  expect((await (await device.call(NUMBER)).ended).sipCode).toBe(403);
  const call = await device.call("112");
  await call.answered;
  call.hangUp();
  await call.ended;
  await lane.stack.restartWorker();
  const emergency = await until(
    async () =>
      (
        await lane.make.sql<{ outcome: string }>(
          "SELECT outcome FROM call WHERE tenant_id = $1 AND kind = 'emergency'",
          [tenant.tenantId],
        )
      )[0],
  );
  expect(emergency.outcome).toBe("answered");
  expect((await lane.make.wallet(tenant)).posted).toBe(1_000_000n);
});

test("the same end told three times is charged once", async () => {
  const { tenant, phone } = await lane.customer(100_000n);
  const call = await (await phone.open()).call(NUMBER);
  await call.answered;
  await pause(600);
  call.hangUp();
  await call.ended;
  const record = await lane.record(tenant);
  const { callControlUrl, pbxSecret, pbxName } = lane.stack.runtime;
  for (let i = 0; i < 3; i += 1) {
    const answer = await fetch(`${callControlUrl}/v1/ended`, {
      method: "POST",
      headers: { Authorization: `Bearer ${pbxSecret}` },
      body: new URLSearchParams({
        pbx: pbxName,
        call: record.pbx_call_id,
        talk_ms: "59000",
        status: "ANSWER",
        cause: "16",
        side: "caller",
        at: `${Date.now()}000`,
      }),
    });
    expect(answer.status).toBe(200);
  }
  expect((await lane.make.wallet(tenant)).posted).toBe(100_000n - record.cost);
  expect(
    await lane.make.sql("SELECT count(*)::int AS n FROM ledger_entry WHERE tenant_id = $1 AND amount_micros < 0", [
      tenant.tenantId,
    ]),
  ).toEqual([{ n: 1 }]);
});

test("Postgres stopped and started in mid-call: the call goes on, ends, and is charged once", async () => {
  const { tenant, phone } = await lane.customer(100_000n);
  const machine = watchStandstill();
  const call = await (await phone.open()).call(NUMBER);
  await call.answered;
  await lane.stack.stopPostgres();
  await pause(1_500);
  call.hangUp();
  const { talkMs } = await call.ended;
  expect(talkMs).toBeGreaterThan(1_400);
  await lane.stack.startPostgres();
  await lane.reconnect();
  const record = await lane.record(tenant);
  expect(Math.abs(record.talkMs - talkMs)).toBeLessThan(machine.slackMs());
  expect(await lane.make.wallet(tenant)).toMatchObject({ posted: 100_000n - record.cost, held: 0n });
  await sound();
});
