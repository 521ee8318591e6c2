import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { settleMany } from "@/server/domain/calls/call-control";
import type { Example, ExampleDesk } from "@/test/proof/examples/example";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };

type Told = Readonly<{ call: string; talkMs: number; at?: Date }>;

/** Reports ends in one statement. @returns what became of each, in their order. */
async function endTogether({ db, pbx }: ExampleDesk, ends: readonly Told[]): Promise<unknown[]> {
  const results = await settleMany(
    db.pool,
    ends.map(({ call, talkMs, at = new Date() }) => ({
      ...{ pbx, call, talkMs, endedAt: at, outcome: "no_answer", reason: null, cause: 16, side: "", source: "hangup" },
    })),
  );
  return ends.map(({ call }) => results.get(call));
}

async function talking(desk: ExampleDesk, endpoint: string): Promise<string> {
  const call = randomUUID();
  equal((await desk.calls.authorise({ call, endpoint })).kind, "out");
  await desk.calls.answered(call);
  return call;
}

/** Ends that go to the ledger in one statement come to what they would come to one after the other. */
export const togetherExamples: readonly Example[] = [
  {
    name: "ends told together are charged at every level, each once, in one chain of balances",
    run: async (desk) => {
      const reseller = await desk.make.tenant("reseller", desk.operator);
      await desk.priced(desk.operator, reseller, [{ ...perSecond, perMinute: 30_000n }], 10);
      await desk.make.topUp(reseller, 1_000_000n);
      const { tenant, phone } = await desk.customer(1_000_000n, perSecond, {
        parent: reseller,
        slice: 10,
        taxPpm: 190_000,
      });
      const ends = [];
      for (const talkMs of [4_000, 0, 10_900, 15_000]) ends.push({ call: await talking(desk, phone.endpoint), talkMs });
      const all = [...ends, { call: "nobody's", talkMs: 5_000 }];
      deepEqual(await endTogether(desk, all), ["settled", "settled", "settled", "settled", "unknown"]);
      deepEqual(await endTogether(desk, ends), ["repeat", "repeat", "repeat", "repeat"]);
      deepEqual(await desk.make.wallet(tenant), { posted: 965_490n, held: 0n, available: 965_490n });
      deepEqual(await desk.make.wallet(reseller), { posted: 985_500n, held: 0n, available: 985_500n });
      const records = await desk.make.sql<{ cost: string }>(
        "SELECT cost_micros::text AS cost FROM call ORDER BY talk_ms",
      );
      deepEqual(
        records.map(({ cost }) => cost),
        ["0", "4000", "10000", "15000"],
      );
      deepEqual(await brokenChains(desk), []);
      deepEqual(await strayRevenue(desk), []);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "one that talked for more than is there is charged what is there, and those beside it in full",
    run: async (desk) => {
      const short = await desk.customer(12_000n, perSecond, { slice: 10 });
      const rich = await desk.customer(100_000n, perSecond, { slice: 10 });
      const ends = [
        { call: await talking(desk, short.phone.endpoint), talkMs: 30_000 },
        { call: await talking(desk, rich.phone.endpoint), talkMs: 7_000 },
      ];
      deepEqual(await endTogether(desk, ends), ["settled", "settled"]);
      equal((await desk.make.wallet(short.tenant)).posted, 0n);
      equal((await desk.make.wallet(rich.tenant)).posted, 93_000n);
      const listed = await desk.make.sql("SELECT money_at_risk_micros::text AS risk FROM difference");
      deepEqual(listed, [{ risk: "18000" }]);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "a bundle's seconds are used by all that end together, and what they spent counts towards a cap",
    run: async (desk) => {
      const { tenant, phone } = await desk.customer(1_000_000n, perSecond, { slice: 60 });
      await desk.make.sql("UPDATE tenant SET daily_cap_micros = 100000 WHERE id = $1", [tenant.tenantId]);
      const bundle = await desk.make.bundle(desk.operator, tenant, { amount: 90 });
      const ends = [];
      for (const talkMs of [20_000, 40_000]) ends.push({ call: await talking(desk, phone.endpoint), talkMs });
      await endTogether(desk, ends);
      const use = await desk.make.one("SELECT used, held FROM bundle_use WHERE bundle_id = $1", [bundle]);
      deepEqual(use, { used: 50, held: 0 });
      equal((await desk.make.wallet(tenant)).posted, 990_000n);
      await desk.make.sql("DELETE FROM tenant_bundle");
      // 90 000 are left of the cap: a minute, and half of one.
      equal((await desk.calls.authorise({ call: "next", endpoint: phone.endpoint })).granted_seconds, 60);
      equal((await desk.calls.authorise({ call: "last", endpoint: phone.endpoint })).granted_seconds, 30);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "an answer that is known from an end told with others chooses the price of its moment",
    run: async (desk) => {
      const now = Date.now();
      const change = new Date(now + 20_000).toISOString();
      const { tenant, phone } = await desk.customer(10_000_000n, [
        { ...perSecond, valid: `[2020-01-01,${change})` },
        { ...perSecond, perMinute: 120_000n, valid: `[${change},)` },
      ]);
      const ends = [];
      for (const call of ["early", "late"]) {
        await desk.calls.authorise({ call, endpoint: phone.endpoint, at: new Date(now) });
        const answeredMs = call === "early" ? 5_000 : 30_000;
        ends.push({ call, talkMs: 10_000, at: new Date(now + answeredMs + 10_000) });
      }
      await endTogether(desk, ends);
      equal((await desk.make.wallet(tenant)).posted, 10_000_000n - 10_000n - 20_000n);
    },
  },
];

const brokenChains = ({ make }: ExampleDesk) =>
  make.sql(`SELECT seq FROM (SELECT seq, balance_after_micros, sum(amount_micros) OVER (PARTITION BY wallet_id ORDER BY seq) AS total
    FROM ledger_entry WHERE wallet_id IS NOT NULL) chain WHERE balance_after_micros <> total`);

/** Revenue and tax belong to whoever sells. */
const strayRevenue = ({ make }: ExampleDesk) =>
  make.sql(`SELECT e.line FROM ledger_transaction x JOIN tenant t ON t.id = x.tenant_id JOIN ledger_entry e ON e.transaction_id = x.id
    WHERE x.kind = 'charge' AND e.account <> 'wallet' AND e.tenant_id <> t.parent_id`);
