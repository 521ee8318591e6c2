import { afterAll, beforeAll, expect, test } from "vitest";

import { priceCall, type RatePrice } from "@/server/domain/rating/price.rules";
import { micros } from "@/server/kernel/money";
import type { RateOf, Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckDesk } from "@/test/support/decks";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

type Prices = Readonly<Record<string, RateOf>>;
/** The plans that a call was charged by, the caller's own first. */
type Level = Readonly<{ of: Tenancy; plan: string }>;
type Talk = Readonly<{ to: string; seconds: number; daysAgo?: number }>;

/** Calls that ended, as charging leaves them at each level; what was charged then says nothing here. */
async function talks(chain: readonly Level[], of: readonly Talk[], kind = "external"): Promise<void> {
  const [caller] = chain;
  for (const { to, seconds, daysAgo = 3 } of of) {
    const call = await on.one<{ id: string }>(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, to_e164, state, outcome, started_at, answered_at, ended_at, talk_ms, billed_seconds, cost_micros, currency)
       SELECT $1, 'past', gen_random_uuid()::text, $5, $2::text, $2::text, 'ended', 'answered', at, at, at, $3::bigint * 1000 - 400, $3, 0, 'EUR'
       FROM (SELECT now() - $4::int * interval '1 day' AS at) x RETURNING id`,
      [caller?.of.tenantId, to, seconds, daysAgo, kind],
    );
    for (const [level, { of: at, plan }] of chain.entries())
      await on.sql(
        `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, plan_id, prefix, per_minute_micros, connection_fee_micros,
           first_seconds, next_seconds, grace_seconds, billed_seconds, charged_micros)
         SELECT $1, $2, $3, $4, id, 'charged', 1, 'then', $5, '4', 1, 0, 60, 60, 0, 60, 1 FROM wallet WHERE tenant_id = $1`,
        [at.tenantId, call.id, caller?.of.tenantId, level, plan],
      );
  }
}

const term = (rate: RateOf): RatePrice => ({
  perMinute: micros(rate.perMinute),
  connectionFee: micros(rate.fee ?? 0n),
  firstSeconds: rate.first ?? 60,
  nextSeconds: rate.next ?? 60,
  graceSeconds: rate.grace ?? 0,
});
/** What a call costs by the longest prefix; nothing without one. */
function cost(prices: Prices, { to, seconds }: Talk): bigint | undefined {
  const prefix = Object.keys(prices)
    .filter((one) => to.startsWith(one))
    .toSorted((a, b) => b.length - a.length)[0];
  const rate = prefix === undefined ? undefined : prices[prefix];
  return rate && priceCall(seconds * 1_000, term(rate)).cost;
}
/** What is left to whoever asks some prices and pays others, call by call. */
function left(calls: readonly Talk[], sold: Prices, bought: Prices) {
  const each = calls.map((call) => {
    const [asked, paid] = [cost(sold, call), cost(bought, call)];
    return asked === undefined || paid === undefined ? undefined : asked - paid;
  });
  const known = each.filter((one) => one !== undefined);
  const lost = known.filter((one) => one < 0n);
  const sum = (of: readonly bigint[]) => of.reduce((a, b) => a + b, 0n);
  return {
    sum: String(sum(known)),
    losing: lost.length,
    loss: String(-sum(lost)),
    unpriced: each.length - known.length,
  };
}
function earned(calls: readonly Talk[], now: [Prices, Prices], later: [Prices, Prices]) {
  const { sum, ...lost } = left(calls, ...later);
  return { calls: calls.length, now: left(calls, ...now).sum, later: sum, ...lost };
}

const markup = (plan: string, base: string | null, factorPpm: number, fee: bigint, floor: bigint) =>
  on.sql(
    "UPDATE plan SET kind = 'markup', base_plan_id = $2, factor_ppm = $3, per_minute_fee_micros = $4, floor_per_minute_micros = $5 WHERE id = $1",
    [plan, base, factorPpm, fee, floor],
  );

const LIVE: Prices = {
  "49": { perMinute: 10_000n, first: 60, next: 60 },
  "4930": { perMinute: 20_000n, fee: 5_000n, first: 30, next: 6 },
  "44": { perMinute: 30_000n, first: 1, next: 1 },
};
const FILE = "prefix,rate,connection_fee,increments\n49,0.018,0,60/60\n4930,0.013,0.001,1/1\n491,0.05,0,60/6\n";
const DECK: Prices = {
  "49": { perMinute: 18_000n, first: 60, next: 60 },
  "4930": { perMinute: 13_000n, fee: 1_000n, first: 1, next: 1 },
  "491": { perMinute: 50_000n, first: 60, next: 6 },
};
const CALLS: readonly Talk[] = [
  { to: "493012345", seconds: 47 },
  { to: "493012345", seconds: 47 },
  { to: "493099999", seconds: 301 },
  { to: "498912345", seconds: 61 },
  { to: "491511234", seconds: 130 },
  { to: "441234567", seconds: 90 },
];

/** A reseller of the operator's plan with a customer of its own, and the plan that it sells by. */
async function resells(buys: string, sells: Prices) {
  const reseller = await on.tenant("reseller", on.operator);
  const customer = await on.tenant("customer", reseller);
  const plan = await on.plan(reseller, sells);
  await on.assign(reseller, buys);
  await on.assign(customer, plan);
  const chain = [
    { of: customer, plan },
    { of: reseller, plan: buys },
  ];
  return { reseller, plan, chain };
}

test("each reseller is told what its calls leave it now and under the deck, and what is lost below cost", async () => {
  const plan = await on.plan(on.operator, LIVE);
  const prices: Prices = {
    "4": { perMinute: 25_000n, first: 60, next: 60 },
    "4930": { perMinute: 19_000n, first: 60, next: 60 },
  };
  const fixed = await resells(plan, prices);
  const follows = await resells(plan, { "49": { perMinute: 40_000n, first: 60, next: 60 } });
  await markup(follows.plan, plan, 1_200_000, 500n, 24_000n);
  const idle = await resells(plan, prices);
  const old = { to: "493012345", seconds: 600, daysAgo: 31 };
  await talks(fixed.chain, [...CALLS, old]);
  await talks(follows.chain, CALLS.slice(1));

  const up = (of: bigint) => (of * 1_200_000n + 999_999n) / 1_000_000n;
  const dearer = (of: Prices): Prices =>
    Object.fromEntries(
      Object.entries(of).map(([prefix, { perMinute, fee = 0n, ...rest }]) => {
        const price = up(perMinute) + 500n;
        // Its own price for all of Germany stays; what the plan below it says of a longer prefix is followed.
        return prefix === "49"
          ? [prefix, { perMinute: 40_000n, first: 60, next: 60 }]
          : [prefix, { ...rest, perMinute: price > 24_000n ? price : 24_000n, fee: up(fee) }];
      }),
    );
  for (const mode of ["merge", "replace"] as const) {
    const deck = await deckDesk(db, on.operator).stage(FILE, { plan, mode });
    const next = mode === "merge" ? { ...LIVE, ...DECK } : DECK;
    const told = (of: { reseller: Tenancy }) =>
      deck.effects.find(({ sellerId }) => sellerId === of.reseller.tenantId)?.earned;
    expect(told(fixed), mode).toEqual(earned(CALLS, [prices, LIVE], [prices, next]));
    expect(told(follows), mode).toEqual(earned(CALLS.slice(1), [dearer(LIVE), LIVE], [dearer(next), next]));
    expect(told(idle)).toEqual({ calls: 0, now: "0", later: "0", losing: 0, loss: "0", unpriced: 0 });
    expect(told(fixed)).toMatchObject({ losing: 1, unpriced: mode === "merge" ? 0 : 1 });
    expect(told(follows)?.losing, "what follows the deck loses on its own price only").toBe(0);
  }
});

test("whoever owns the deck is told what it leaves against what it pays, where its own plan adds to that as well", async () => {
  const buys = await on.plan(on.operator, { "4": { perMinute: 15_000n, first: 60, next: 60 } });
  const { reseller, plan, chain } = await resells(buys, {});
  await markup(plan, null, 2_000_000, 0n, 0n);
  await talks(chain, CALLS);
  const pays: Prices = { "4": { perMinute: 15_000n, first: 60, next: 60 } };
  const asks: Prices = { "4": { perMinute: 30_000n, first: 60, next: 60 } };
  const deck = await deckDesk(db, reseller).stage(FILE, { plan });
  expect(deck.effects).toMatchObject([
    {
      side: "own",
      sellerId: reseller.tenantId,
      planId: buys,
      earned: earned(CALLS, [asks, pays], [{ ...asks, ...DECK }, pays]),
    },
  ]);
});

test("calls that came in and hours of the week are priced as calls are", async () => {
  const hours = { perMinute: 80_000n, first: 60, next: 60 };
  const plan = await on.plan(on.operator, {});
  const day = new Date(Date.now() - 3 * 86_400_000);
  const minute = ((day.getUTCDay() + 6) % 7) * 1_440 + day.getUTCHours() * 60;
  const rest = { perMinute: 10_000n, first: 60, next: 60 };
  await on.setRate(on.operator, plan, "49", { ...rest, direction: "in" });
  await on.setRate(on.operator, plan, "49", rest);
  const sells = { "49": { perMinute: 50_000n, first: 60, next: 60 } };
  const { reseller, plan: sold, chain } = await resells(plan, sells);
  await on.setRate(reseller, sold, "49", { ...sells["49"], direction: "in" });
  // Dear at the hour at which they talked, three days ago.
  await on.setRate(on.operator, plan, "49", hours, {
    hours: `{[${Math.max(0, minute - 60)},${Math.min(10_080, minute + 120)})}`,
  });
  const calls = [{ to: "493012345", seconds: 30 }];
  await talks(chain, calls);
  await talks(chain, calls, "inbound");
  const deck = await deckDesk(db, on.operator).stage("prefix,rate,direction,increments\n49,0.02,in,60/60\n", { plan });
  // Out: 0.05 − 0.08 both times. In: 0.05 − 0.01, then 0.05 − 0.02.
  expect(deck.effects).toMatchObject([
    { earned: { calls: 2, now: "10000", later: "0", losing: 1, loss: "30000", unpriced: 0 } },
  ]);
});
