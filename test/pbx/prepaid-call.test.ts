import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type ConnectStep, connectSteps } from "@/server/domain/provisioning/connect-steps";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type Lane, pause, perSecond, startLane, until } from "@/test/support/pbx-lane";
import { watchStandstill } from "@/test/support/standstill";

/** A real telephone calls through a real Asterisk, and pays. The carrier rings one to three seconds, then answers. */
let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(() => lane?.stop());

const NUMBER = "030 901820".replace(" ", "");

describe("a phone", () => {
  test("registers with the secret it was given, and is refused with another", async () => {
    const { tenant, phone } = await lane.customer(0n);
    const wrong = await phone.open("not-the-secret-not-the-secret");
    await expect(wrong.register()).rejects.toMatchObject({ sipCode: 401 });
    const right = await phone.open();
    await right.register();
    const seen = await until(
      async () =>
        (
          await lane.make.sql("SELECT address, user_agent FROM registration WHERE tenant_id = $1", [tenant.tenantId])
        )[0],
    );
    expect(seen).toMatchObject({ address: `127.0.0.1:${right.port}` });
    const events = await until(async () => {
      const rows = await lane.make.sql<{ detail: object }>(
        "SELECT detail FROM security_event WHERE username = $1 AND type = 'ChallengeResponseFailed'",
        [phone.username],
      );
      return rows.length > 0 && rows;
    });
    expect(JSON.stringify(events)).not.toMatch(/ExpectedResponse|"Response"|"Challenge"/i);
  });

  test("is told what goes wrong while it is connected, and when it is there", async () => {
    const { tenant, phone } = await lane.customer(0n);
    const tenantId = tenant.tenantId as TenantId;
    const asking = { extensionId: phone.extensionId, since: new Date(Date.now() - 1_000), address: "127.0.0.1" };
    const told = (...kinds: readonly ConnectStep["kind"][]) =>
      until(async () => {
        const steps = await readTenant(lane.db, { tenantId }, (tx) => connectSteps(tx, tenantId, asking));
        return kinds.every((kind) => steps.some((step) => step.kind === kind)) && steps;
      });
    const wrong = await phone.open("not-the-secret-not-the-secret");
    await expect(wrong.register()).rejects.toMatchObject({ sipCode: 401 });
    await told("waiting", "wrong_password");
    const stranger = await lane.open(`${phone.username}9`, phone.secret);
    await expect(stranger.register()).rejects.toMatchObject({ sipCode: 401 });
    const unknown = await told("wrong_password", "unknown_user");
    expect(unknown.find(({ kind }) => kind === "unknown_user")).toMatchObject({ address: "127.0.0.1" });
    const right = await phone.open();
    await right.register();
    const steps = await told("registered");
    expect(steps.at(-1)).toMatchObject({ kind: "registered", address: `127.0.0.1:${right.port}`, transport: "UDP" });
    const history = await lane.make.sql("SELECT kind FROM registration_event WHERE extension_id = $1", [
      phone.extensionId,
    ]);
    expect(history).toEqual([{ kind: "registered" }]);
  });

  test("is cut off with the next REGISTER when its secret is rotated, and its contact is dropped at once", async () => {
    const { tenant, phone } = await lane.customer(0n);
    const device = await phone.open();
    await device.register();
    await until(
      async () =>
        (await lane.make.sql("SELECT 1 FROM registration WHERE tenant_id = $1", [tenant.tenantId])).length === 1,
    );
    const fresh = await lane.rotate(tenant, phone.extensionId);
    expect(await lane.make.sql("SELECT 1 FROM registration WHERE tenant_id = $1", [tenant.tenantId])).toEqual([]);
    await expect(device.register()).rejects.toMatchObject({ sipCode: 401 });
    await (await phone.open(fresh)).register();
  });
});

describe("an answered call", () => {
  test("is charged to the micro for what was talked, once, and explained", async () => {
    const { tenant, phone } = await lane.customer(1_000_000n, { perMinute: 12_500n, fee: 30_000n, first: 60, next: 6 });
    const machine = watchStandstill();
    const call = await (await phone.open()).call(NUMBER);
    await call.answered;
    await pause(1_500);
    call.hangUp();
    const { talkMs } = await call.ended;
    const record = await lane.record(tenant);
    expect(record).toMatchObject({ outcome: "answered", billed_seconds: 60, cost: 42_500n });
    expect(Math.abs(record.talkMs - talkMs)).toBeLessThan(machine.slackMs());
    expect(await lane.make.wallet(tenant)).toEqual({ posted: 957_500n, held: 0n, available: 957_500n });
  });

  test("is cut when the money that was held for it ends, and the wallet is empty, not overdrawn", async () => {
    const { tenant, phone } = await lane.customer(4_000n);
    const machine = watchStandstill();
    const call = await (await phone.open()).call(NUMBER);
    await call.answered;
    const end = await call.ended;
    expect(end.side).toBe("them");
    expect(Math.abs(end.talkMs - 4_000)).toBeLessThan(machine.slackMs());
    expect(await lane.record(tenant)).toMatchObject({ reason: "BAL-02", billed_seconds: 4, cost: 4_000n });
    expect(await lane.make.wallet(tenant)).toEqual({ posted: 0n, held: 0n, available: 0n });
  });

  test("of a customer under a reseller is charged at both levels", async () => {
    const reseller = await lane.make.tenant("reseller", lane.operator);
    await lane.make.assign(
      reseller,
      await lane.make.plan(lane.operator, { "49": { perMinute: 30_000n, first: 1, next: 1 } }),
    );
    await lane.make.topUp(reseller, 1_000_000n);
    const { tenant, phone } = await lane.customer(1_000_000n, perSecond, { parent: reseller });
    const call = await (await phone.open()).call(NUMBER);
    await call.answered;
    await pause(1_200);
    call.hangUp();
    await call.ended;
    const { billed_seconds: seconds } = await lane.record(tenant);
    expect((await lane.make.wallet(tenant)).posted).toBe(1_000_000n - BigInt(seconds) * 1_000n);
    expect((await lane.make.wallet(reseller)).posted).toBe(1_000_000n - BigInt(seconds) * 500n);
  });
});

describe("a refused call", () => {
  test("is heard as 402 for want of money, by a customer and when the reseller above has none", async () => {
    const poor = await lane.customer(500n);
    expect(await (await (await poor.phone.open()).call(NUMBER)).ended).toMatchObject({ sipCode: 402 });
    expect(await lane.record(poor.tenant)).toMatchObject({ outcome: "blocked", reason: "BAL-01" });

    const reseller = await lane.make.tenant("reseller", lane.operator);
    await lane.make.assign(reseller, await lane.make.plan(lane.operator, { "49": perSecond }));
    const { tenant, phone } = await lane.customer(1_000_000n, perSecond, { parent: reseller });
    expect(await (await (await phone.open()).call(NUMBER)).ended).toMatchObject({ sipCode: 402 });
    expect(await lane.record(tenant)).toMatchObject({ outcome: "blocked", reason: "BAL-03" });
    expect((await lane.make.wallet(tenant)).held).toBe(0n);
  });

  test("to what is no number changes nothing and is written down as it was dialled", async () => {
    const { tenant, phone } = await lane.customer(1_000_000n);
    const end = await (await (await phone.open()).call("500&PJSIP/trunk")).ended;
    expect([403, 404, 484]).toContain(end.sipCode);
    expect(await lane.record(tenant)).toMatchObject({
      outcome: "blocked",
      reason: "DST-04",
      dialled: "500&PJSIP/trunk",
    });
    expect((await lane.make.wallet(tenant)).posted).toBe(1_000_000n);
  });
});

test("calls between a tenant's own extensions cost nothing and are recorded", async () => {
  const { tenant, phone } = await lane.customer(0n);
  const other = await lane.phone(tenant, "102");
  const callee = await other.open();
  Object.assign(callee.options, { incoming: { answerAfterMs: 200 } });
  await callee.register();
  const call = await (await phone.open()).call("102");
  await call.answered;
  await pause(500);
  call.hangUp();
  await call.ended;
  expect(await lane.record(tenant)).toMatchObject({ outcome: "answered", kind: "internal", cost: 0n });
});

test("a suspended extension dials the emergency number and nothing else", async () => {
  const { tenant, phone } = await lane.customer(1_000_000n);
  await lane.make.sql("UPDATE extension SET state = 'suspended' WHERE id = $1", [phone.extensionId]);
  const device = await phone.open();
  await device.register();
  expect(await (await device.call(NUMBER)).ended).toMatchObject({ sipCode: 403 });
  expect(await lane.record(tenant)).toMatchObject({ outcome: "blocked", reason: "SEC-01" });
  const call = await device.call("112");
  await call.answered;
  call.hangUp();
  await call.ended;
  await until(async () => (await lane.record(tenant)).kind === "emergency");
  expect(await lane.record(tenant)).toMatchObject({ outcome: "answered", cost: 0n });
});

test("eight parallel calls on a wallet that pays for half of them never overdraw it", async () => {
  const { tenant, phone } = await lane.customer(12_000n, perSecond, { slice: 10 });
  const device = await phone.open();
  const lowest = { available: 12_000n };
  const calls = await Promise.all(Array.from({ length: 8 }, () => device.call(NUMBER)));
  const watching = setInterval(async () => {
    const { available } = await lane.make.wallet(tenant);
    if (available < lowest.available) lowest.available = available;
  }, 200);
  const ends = await Promise.all(calls.map((call) => call.ended));
  clearInterval(watching);
  expect(ends.some((end) => end.sipCode === 402)).toBe(true);
  expect(ends.some((end) => end.status === "answered")).toBe(true);
  const { posted, held } = await until(async () => {
    const wallet = await lane.make.wallet(tenant);
    return wallet.held === 0n && wallet;
  });
  expect(lowest.available).toBeGreaterThanOrEqual(0n);
  expect(posted).toBeGreaterThanOrEqual(0n);
  expect(held).toBe(0n);
  const [{ paid } = { paid: "" }] = await lane.make.sql<{ paid: string }>(
    "SELECT coalesce(sum(cost_micros), 0)::text AS paid FROM call WHERE tenant_id = $1",
    [tenant.tenantId],
  );
  expect(posted).toBe(12_000n - BigInt(paid));
  expect(await lane.make.sql("SELECT * FROM ledger_check()")).toEqual([]);
});

test("a call longer than its slice is renewed, and a top-up during the call prolongs it", async () => {
  const { tenant, phone } = await lane.customer(24_000n, perSecond, { slice: 20 });
  const machine = watchStandstill();
  const call = await (await phone.open()).call(NUMBER);
  await call.answered;
  await until(
    async () =>
      (await lane.make.sql("SELECT 1 FROM call WHERE tenant_id = $1 AND granted_seconds = 24", [tenant.tenantId]))
        .length === 1,
  );
  await lane.make.topUp(tenant, 6_000n);
  const end = await call.ended;
  expect(Math.abs(end.talkMs - 30_000)).toBeLessThan(machine.slackMs());
  expect(await lane.record(tenant)).toMatchObject({ billed_seconds: 30, cost: 30_000n, reason: "BAL-02" });
  expect(await lane.make.wallet(tenant)).toMatchObject({ posted: 0n, held: 0n });
});
