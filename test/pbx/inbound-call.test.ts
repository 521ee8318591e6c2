import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { askForEcho } from "@/server/domain/provisioning/echo-call";
import type { TenantId } from "@/server/kernel/ids";
import type { RateOf } from "@/test/support/builders";
import { provisionTrunk } from "@/test/support/pbx-alone";
import { type Lane, perSecond, startLane, until } from "@/test/support/pbx-lane";
import { freeUdpPort, type SippCall, sippFromOutside } from "@/test/support/sipp";
import { watchStandstill } from "@/test/support/standstill";

/** A carrier calls numbers of ours: the telephone rings, and whoever pays for it pays once. */
let lane: Lane;
let port: number;
beforeAll(async () => {
  lane = await startLane();
  port = await freeUdpPort();
  await provisionTrunk(lane.stack, port);
});
afterAll(() => lane?.stop());

let numbers = 0;

/** A customer with a number that rings at its phone, which answers. `incoming` is what it pays for that; nothing by default. */
async function reached(money: bigint, incoming?: RateOf, options: Parameters<Lane["customer"]>[2] = {}) {
  const made = await lane.customer(money, perSecond, options);
  const parent = options.parent ?? lane.operator;
  if (incoming) {
    const plan = await lane.make.one<{ id: string }>("SELECT plan_id AS id FROM tenant WHERE id = $1", [
      made.tenant.tenantId,
    ]);
    await lane.make.setRate(parent, plan.id, "49", { ...incoming, direction: "in" });
  }
  numbers += 1;
  const number = `4930555${String(numbers).padStart(4, "0")}`;
  await lane.make.did(made.tenant, number, made.phone.extensionId);
  const device = await made.phone.open();
  Object.assign(device.options, { incoming: { answerAfterMs: 150 } });
  await device.register();
  return { ...made, number, device };
}

const ring = (number: string, holdMs: number): Promise<SippCall> =>
  sippFromOutside({ host: "127.0.0.1", port: lane.stack.runtime.sipPort }, `+${number}`, { port, holdMs });
const sound = async () => expect(await lane.make.sql("SELECT * FROM ledger_check()")).toEqual([]);

test("one that nobody pays for rings and is answered without money and under suspension", async () => {
  const { tenant, number } = await reached(0n);
  for (const table of ["tenant", "extension"]) {
    const column = table === "tenant" ? "id" : "tenant_id";
    await lane.make.sql(`UPDATE ${table} SET state = 'suspended' WHERE ${column} = $1`, [tenant.tenantId]);
  }
  expect(await ring(number, 400)).toMatchObject({ status: 200, endedBy: "phone" });
  expect(await lane.record(tenant)).toMatchObject({ kind: "inbound", outcome: "answered", cost: 0n });
  await sound();
});

test("one that is paid for costs the whole chain, once, and is refused with its code when there is no money", async () => {
  const reseller = await lane.make.tenant("reseller", lane.operator);
  await lane.make.assign(
    reseller,
    await lane.make.plan(lane.operator, { "49": { perMinute: 30_000n, first: 1, next: 1, direction: "in" } }),
  );
  await lane.make.topUp(reseller, 1_000_000n);
  const { tenant, number } = await reached(1_000_000n, perSecond, { parent: reseller });
  const machine = watchStandstill();
  const call = await ring(number, 1_200);
  const record = await lane.record(tenant);
  const seconds = Math.ceil(record.talkMs / 1_000);
  const cost = BigInt(seconds) * 1_000n;
  expect(record).toMatchObject({ kind: "inbound", outcome: "answered", billed_seconds: seconds, cost });
  expect(Math.abs(record.talkMs - call.talkMs)).toBeLessThan(machine.slackMs());
  const [own, above] = [1_000_000n - cost, 1_000_000n - cost / 2n];
  expect(await lane.make.wallet(tenant)).toEqual({ posted: own, held: 0n, available: own });
  expect(await lane.make.wallet(reseller)).toEqual({ posted: above, held: 0n, available: above });

  const poor = await reached(500n, perSecond);
  expect((await ring(poor.number, 400)).status).toBe(402);
  expect(await lane.record(poor.tenant)).toMatchObject({ kind: "inbound", outcome: "blocked", reason: "BAL-01" });
  await sound();
});

test("one longer than its slice is renewed while it lasts, and ends where the money does", async () => {
  const { tenant, number } = await reached(24_000n, perSecond, { slice: 20 });
  const machine = watchStandstill();
  const call = await ring(number, 120_000);
  expect(call).toMatchObject({ status: 200, endedBy: "server" });
  expect(Math.abs(call.talkMs - 24_000)).toBeLessThan(machine.slackMs());
  expect(await lane.record(tenant)).toMatchObject({ billed_seconds: 24, cost: 24_000n, reason: "BAL-02" });
  expect(await lane.make.wallet(tenant)).toEqual({ posted: 0n, held: 0n, available: 0n });
  await sound();
});

test("an echo test that somebody asks for rings the phone, which calls it as its own; not one that is off or suspended", async () => {
  const { tenant, phone, device } = await reached(0n);
  Object.assign(device.options, { incoming: { answerAfterMs: 150, hangUpAfterMs: 2_500 } });
  const tenantId = tenant.tenantId as TenantId;
  const by = {
    tenantId,
    action: "extension.call_echo",
    actor: { kind: "cli", id: "test", requestId: "test" },
  } as const;
  const ask = () =>
    change(lane.db, by, async (tx) => {
      await askForEcho(tx, tenantId, phone.extensionId);
      return { subject: `extension:${phone.extensionId}`, result: undefined };
    });
  await ask();
  const record = await lane.record(tenant);
  expect(record).toMatchObject({ kind: "echo", outcome: "answered", cost: 0n, dialled: "*43" });
  expect(record.talkMs).toBeGreaterThan(400);
  const [{ calls } = { calls: 0 }] = await lane.make.sql<{ calls: number }>(
    "SELECT count(*)::int AS calls FROM call WHERE tenant_id = $1",
    [tenantId],
  );
  expect(calls).toBe(1);
  // The second witness has that call, and nothing of what rang the phone.
  const spool = () => readFileSync(lane.stack.runtime.cdrSpoolFile ?? "", "utf8");
  await until(async () => spool().includes(`echo:${record.id}`));
  expect(spool()).not.toContain("Local/");

  await lane.make.sql("UPDATE extension SET state = 'suspended' WHERE tenant_id = $1", [tenantId]);
  await expect(ask()).rejects.toMatchObject({ code: "invalid_state" });
  await lane.make.sql("UPDATE extension SET state = 'active' WHERE tenant_id = $1", [tenantId]);
  await device.close();
  await lane.make.sql("DELETE FROM registration WHERE tenant_id = $1", [tenantId]);
  await expect(ask()).rejects.toMatchObject({ code: "phone_away" });
  await sound();
});

test("to a number that nobody has, and to a phone that is off, is refused and written down", async () => {
  expect((await ring("4930999999", 400)).status).toBe(404);
  expect(await lane.record(lane.operator)).toMatchObject({ kind: "inbound", reason: "NUM-01", dialled: "4930999999" });
  const { tenant, number, device } = await reached(0n);
  await device.close();
  expect((await ring(number, 400)).status).toBe(480);
  expect(await lane.record(tenant)).toMatchObject({ kind: "inbound", outcome: "failed", reason: "NET-01" });
});

test("a worker killed in mid-call: it ends in time by itself, is charged once, and the next one is refused", async () => {
  const { tenant, number } = await reached(12_000n, perSecond);
  const machine = watchStandstill();
  const calling = ring(number, 120_000);
  await until(
    async () =>
      (await lane.make.sql("SELECT 1 FROM call WHERE tenant_id = $1 AND state = 'answered'", [tenant.tenantId]))
        .length === 1,
  );
  await lane.stack.killWorker();
  const other = await reached(0n);
  const call = await calling;
  expect(Math.abs(call.talkMs - 12_000)).toBeLessThan(machine.slackMs());
  expect((await ring(other.number, 400)).status).toBe(503);
  expect((await lane.make.wallet(tenant)).held).toBe(12_000n);
  await lane.stack.restartWorker();
  expect(await lane.record(tenant)).toMatchObject({ billed_seconds: 12, cost: 12_000n, source: "spool" });
  expect(await lane.make.wallet(tenant)).toEqual({ posted: 0n, held: 0n, available: 0n });
  await sound();
});
