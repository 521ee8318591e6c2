import { deepEqual, equal, rejects } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { Example, ExampleDesk } from "@/test/proof/examples/example";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };

async function ended(desk: ExampleDesk, money: bigint, slice: number, talkMs: number): Promise<bigint> {
  const { tenant, phone } = await desk.customer(money, perSecond, { slice });
  const call = randomUUID();
  await desk.calls.authorise({ call, endpoint: phone.endpoint });
  await desk.calls.answered(call);
  await desk.calls.settle(call, talkMs, { side: "" });
  return (await desk.make.wallet(tenant)).posted;
}

export const endExamples: readonly Example[] = [
  {
    name: "a timer up to a second late is not charged, a later one is, and what is not there is listed",
    run: async (desk) => {
      equal(await ended(desk, 100_000n, 10, 10_900), 90_000n);
      equal(await ended(desk, 100_000n, 10, 15_000), 85_000n);
      equal(await ended(desk, 12_000n, 10, 30_000), 0n);
      const listed = await desk.make.sql<{ risk: string }>(
        "SELECT money_at_risk_micros::text AS risk FROM difference WHERE kind = 'shortfall'",
      );
      deepEqual(listed, [{ risk: "18000" }]);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "a report that lost its figure is measured by the clock",
    run: async ({ customer, calls, make }) => {
      const { tenant, phone } = await customer(1_000_000n);
      const call = randomUUID();
      const at = new Date();
      await calls.authorise({ call, endpoint: phone.endpoint });
      await calls.answered(call, at);
      await calls.settle(call, 0, { at: new Date(at.getTime() + 20_000) });
      equal((await make.wallet(tenant)).posted, 980_000n);
    },
  },
  {
    name: "an end told again changes nothing, nor does an answer after it",
    run: async ({ customer, calls, make }) => {
      const { tenant, phone } = await customer(1_000_000n);
      const call = randomUUID();
      await calls.authorise({ call, endpoint: phone.endpoint });
      await calls.answered(call);
      equal(await calls.settle(call, 10_000), "settled");
      equal(await calls.settle(call, 50_000), "repeat");
      equal(await calls.answered(call), false);
      const record = await make.one("SELECT state, talk_ms::text FROM call WHERE pbx_call_id = $1", [call]);
      deepEqual(record, { state: "ended", talk_ms: "10000" });
      deepEqual(await make.wallet(tenant), { posted: 990_000n, held: 0n, available: 990_000n });
    },
  },
  {
    name: "free seconds of a bundle are kept by a call, used by what it talked, and given back",
    run: async (desk) => {
      const { tenant, phone } = await desk.customer(1_000_000n, perSecond, { slice: 60 });
      const { id } = await desk.make.one<{ id: string }>(
        "INSERT INTO bundle (tenant_id, name, unit, amount, period, prefixes) VALUES ($1, 'Free', 'seconds', 90, 'month', '{49}') RETURNING id",
        [desk.operator.tenantId],
      );
      await desk.make.sql("INSERT INTO tenant_bundle (tenant_id, bundle_id, valid) VALUES ($1, $2, '[2020-01-01,)')", [
        tenant.tenantId,
        id,
      ]);
      const use = () => desk.make.one("SELECT used, held FROM bundle_use WHERE bundle_id = $1", [id]);
      const [first, second] = [randomUUID(), randomUUID()];
      await desk.calls.authorise({ call: first, endpoint: phone.endpoint });
      await desk.calls.authorise({ call: second, endpoint: phone.endpoint });
      deepEqual(await use(), { used: 0, held: 90 });
      equal((await desk.make.wallet(tenant)).held, 30_000n);
      for (const call of [first, second]) await desk.calls.answered(call);
      await desk.calls.settle(first, 20_000);
      deepEqual(await use(), { used: 20, held: 30 });
      await desk.calls.settle(second, 40_000);
      deepEqual(await use(), { used: 50, held: 0 });
      equal((await desk.make.wallet(tenant)).posted, 990_000n);
      deepEqual(await desk.books(), []);
    },
  },
];

const post = (desk: ExampleDesk, to: string, amount: bigint, key: string) =>
  desk.make.sql("SELECT wallet_post($1, 'top_up', $2, 'EUR', $3, 'payments', 'test', 'test', NULL)", [to, amount, key]);
const move = (desk: ExampleDesk, from: string, to: string, amount: bigint, key: string) =>
  desk.make.sql("SELECT wallet_transfer($1, $2, $3, 'EUR', $4, 'test', 'test')", [from, to, amount, key]);

export const moneyExamples: readonly Example[] = [
  {
    name: "money moves once for one key, and never under another amount",
    run: async (desk) => {
      const reseller = await desk.make.tenant("reseller", desk.operator);
      const { tenant } = await desk.customer(0n, perSecond, { parent: reseller });
      await desk.make.as(desk.operator.tenantId);
      for (let i = 0; i < 2; i += 1) await post(desk, reseller.tenantId, 100n, "one");
      await rejects(post(desk, reseller.tenantId, 101n, "one"), { code: "RF003" });
      for (let i = 0; i < 2; i += 1) await move(desk, reseller.tenantId, tenant.tenantId, 40n, "two");
      await rejects(move(desk, reseller.tenantId, tenant.tenantId, 41n, "two"), { code: "RF003" });
      deepEqual([(await desk.make.wallet(reseller)).posted, (await desk.make.wallet(tenant)).posted], [60n, 40n]);
      await rejects(move(desk, reseller.tenantId, tenant.tenantId, -5n, "three"), { code: "RF006" });
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "only the operator lets money in, and nobody reaches beside",
    run: async (desk) => {
      const reseller = await desk.make.tenant("reseller", desk.operator);
      const { tenant } = await desk.customer(100n, perSecond, { parent: reseller });
      const beside = await desk.make.tenant("reseller", desk.operator);
      await desk.make.as(reseller.tenantId);
      await rejects(post(desk, tenant.tenantId, 100n, "in"), { code: "RF002" });
      await desk.make.as(beside.tenantId);
      await rejects(move(desk, tenant.tenantId, reseller.tenantId, 10n, "beside"), { code: "RF002" });
    },
  },
  {
    name: "what a call holds can be neither taken back nor given away",
    run: async (desk) => {
      const reseller = await desk.make.tenant("reseller", desk.operator);
      const { tenant, phone } = await desk.customer(300_000n, perSecond, { parent: reseller });
      await desk.priced(desk.operator, reseller, [{ ...perSecond, perMinute: 1n }]);
      await desk.make.topUp(reseller, 1_000n);
      equal((await desk.calls.authorise({ call: randomUUID(), endpoint: phone.endpoint })).kind, "out");
      await desk.make.as(desk.operator.tenantId);
      await rejects(post(desk, tenant.tenantId, -1n, "back"), { code: "RF005" });
      await rejects(move(desk, tenant.tenantId, reseller.tenantId, 1n, "away"), { code: "RF005" });
    },
  },
];
