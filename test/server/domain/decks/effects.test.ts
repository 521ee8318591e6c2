import { afterAll, beforeAll, expect, test } from "vitest";

import type { RateOf } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckDesk } from "@/test/support/decks";
import { noteNameOnly, pastCharges } from "@/test/support/past-charges";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

type Prices = Readonly<Record<string, bigint>>;

/** Numbers that look random and are the same each time. */
function dice(seed: number) {
  let at = seed;
  return (sides: number): number => {
    at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((at / 2_147_483_648) * sides);
  };
}
const somePrices = (roll: (sides: number) => number, count: number): Prices =>
  Object.fromEntries(
    Array.from({ length: count }, () => [
      `4${String(roll(1_000)).padStart(3, "0").slice(0, roll(4))}`,
      BigInt(1 + roll(40)) * 1_000n,
    ]),
  );
const longest = (prices: Prices, number: string): string | undefined =>
  Object.keys(prices)
    .filter((prefix) => number.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)[0];
const csv = (prices: Prices) =>
  `prefix,rate,increments\n${Object.entries(prices)
    .map(([prefix, price]) => `${prefix},0.0${String(price / 1_000n).padStart(2, "0")},60/60`)
    .join("\n")}\n`;
const planOf = (of: Stage["operator"], prices: Prices) =>
  on.plan(of, Object.fromEntries(Object.entries(prices).map(([prefix, perMinute]) => [prefix, { perMinute }])));

/** What is left to whoever sells at some prices what it buys at others, number by number, for the prices of the deck. */
function margins(deck: Prices, other: Prices, sells: "deck" | "other"): Map<string, { ppm: bigint; cost: boolean }> {
  const worst = new Map<string, { ppm: bigint; cost: boolean }>();
  for (const number of new Set([...Object.keys(deck), ...Object.keys(other)])) {
    const [mine, theirs] = [longest(deck, number), longest(other, number)];
    if (mine === undefined || theirs === undefined) continue;
    const pair = [deck[mine] ?? 0n, other[theirs] ?? 0n] as const;
    const [sell, buy] = sells === "deck" ? pair : [pair[1], pair[0]];
    const exact = ((sell - buy) * 1_000_000n) / sell;
    // Towards less, below nothing as well.
    const ppm = sell < buy && exact * sell !== (sell - buy) * 1_000_000n ? exact - 1n : exact;
    const before = worst.get(mine);
    worst.set(mine, {
      ppm: before && before.ppm < ppm ? before.ppm : ppm,
      cost: (before?.cost ?? false) || sell < buy,
    });
  }
  return worst;
}

const FLOOR_PPM = 100_000;

/** A deck for a plan, with another plan on the other side of a reseller of its own, compared. */
async function compared(side: "own" | "below", prices: Prices, other: Prices) {
  const reseller = await on.tenant("reseller", on.operator);
  const [owner, others] = side === "own" ? [reseller, on.operator] : [on.operator, reseller];
  const [plan, otherPlan] = [await on.plan(owner, {}), await planOf(others, other)];
  await on.assign(reseller, side === "own" ? otherPlan : plan);
  await on.sql("UPDATE plan SET margin_floor_ppm = $2 WHERE id = ANY ($1)", [[plan, otherPlan], FLOOR_PPM]);
  return deckDesk(db, owner).stage(csv(prices), { plan, mode: "replace" });
}

test.each(
  [1, 2, 3].flatMap((seed) => [
    { seed, side: "own" as const, sells: "deck" as const },
    { seed, side: "below" as const, sells: "other" as const },
  ]),
)("margins ($side, $seed) are what a look at every number gives", async ({ seed, side, sells }) => {
  const roll = dice(seed);
  const [prices, other] = [somePrices(roll, 14), somePrices(roll, 14)];
  const deck = await compared(side, prices, other);
  const wanted = margins(prices, other, sells);
  const told = deck.changes.flatMap(({ prefix, marginPpm, belowCost, belowFloor }) =>
    marginPpm === null ? [] : [[prefix, BigInt(marginPpm), belowCost, belowFloor] as const],
  );
  const low = ({ ppm, cost }: { ppm: bigint; cost: boolean }) => cost || ppm < FLOOR_PPM;
  const sum = [...wanted].map(([prefix, one]) => [prefix, one.ppm, one.cost, low(one)] as const);
  expect(told.toSorted()).toEqual(sum.toSorted());
  expect(wanted.size).toBeGreaterThan(3);
  expect(deck.effects).toEqual([
    expect.objectContaining({
      side,
      floorPpm: FLOOR_PPM,
      compared: wanted.size,
      belowCost: [...wanted.values()].filter(({ cost }) => cost).length,
      belowFloor: [...wanted.values()].filter(low).length,
    }),
  ]);
});

test("what the calls of thirty days would have cost more is what a sum of them by hand gives", async () => {
  const [one, two] = [await on.tenant("customer", on.reseller), await on.tenant("customer", on.reseller)];
  const plan = await on.plan(on.reseller, { "49": { perMinute: 10_000n }, "493": { perMinute: 7_001n } });
  const { name } = await on.one<{ name: string }>("SELECT name FROM plan WHERE id = $1", [plan]);
  const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
  for (const [of, perMinute, calls, from] of [
    [one, 10_000n, 40, days(5)],
    [two, 7_001n, 25, days(20)],
    [two, 7_001n, 9, days(31)],
  ] as const) {
    await on.assign(of, plan);
    await on.phone(of, String(100 + calls));
    await pastCharges(db.owner, { of, plan: name, perMinute, calls, from });
  }
  // Found by the plan, or by its first name; what it is called now says nothing.
  await noteNameOnly(db.owner, plan);
  await on.sql("UPDATE hold SET plan_id = $2, plan_name = 'of then' WHERE tenant_id = $1", [one.tenantId, plan]);
  await on.sql("UPDATE plan SET name = name || ' now' WHERE id = $1", [plan]);
  const roll = dice(5);
  const calls = await on.sql<{ id: string; billed: number; price: string; recent: boolean; tenant: string }>(
    `SELECT c.id, h.billed_seconds AS billed, h.per_minute_micros::text AS price, c.started_at > now() - interval '30 days' AS recent, h.tenant_id::text AS tenant
     FROM call c JOIN hold h ON h.call_id = c.id AND h.tenant_id = c.tenant_id WHERE h.tenant_id = ANY ($1)`,
    [[one.tenantId, two.tenantId]],
  );
  const prices: Prices = { "49": 12_000n, "4930": 30_000n, "491": 3_000n, "4": 99_000n };
  let [more, counted, seconds] = [0n, 0, 0];
  const buyers = new Set<string>();
  for (const call of calls) {
    const to = ["4930", "4915", "4920", "4917"][roll(4)] + String(roll(100_000)).padStart(5, "0");
    const billed = 1 + roll(300);
    await on.sql("UPDATE call SET to_e164 = $2 WHERE id = $1", [call.id, to]);
    await on.sql("UPDATE hold SET billed_seconds = $2 WHERE call_id = $1", [call.id, billed]);
    if (!call.recent) continue;
    const prefix = longest(prices, to) ?? "";
    more += BigInt(billed) * ((prices[prefix] ?? 0n) - BigInt(call.price));
    counted += 1;
    seconds += billed;
    buyers.add(call.tenant);
  }
  const file = "prefix,rate\n49,0.012\n4930,0.03\n491,0.003\n4,0.099\n";
  const deck = await deckDesk(db, on.reseller).stage(file, { plan });
  const up = more > 0n && more % 60n !== 0n ? more / 60n + 1n : more / 60n;
  expect(deck.exposure).toMatchObject({
    calls: counted,
    seconds,
    buyers: buyers.size,
    micros: String(up),
    removedCalls: 0,
  });
  expect([counted, buyers.size]).toEqual([65, 2]);
});

/** A reseller that buys by one plan and sells by another, and the deck for the one that it sells by. */
async function sold(bought: Readonly<Record<string, RateOf>>, file: string, currency = "EUR") {
  const reseller = await on.tenant("reseller", on.operator);
  await on.assign(reseller, await on.plan(on.operator, bought, { currency }));
  return deckDesk(db, reseller).stage(file, { plan: await on.plan(reseller, {}) });
}
const belowCost = (deck: Awaited<ReturnType<typeof sold>>) => deck.effects.map((effect) => effect.belowCost);

test.each<[string, string, number]>([
  ["a price for every hour of the week", "prefix,rate,hours\n49,0.001,mon-sun 00:00-24:00\n", 1],
  ["a price for some hours", "prefix,rate,hours\n49,0.06,mon-fri 08:00-19:00\n49,0.001,sat 10:00-12:00\n", 1],
  ["a price of calls that come in", "prefix,rate,direction\n49,0.001,in\n", 1],
  ["so many seconds free", "prefix,rate,free_seconds\n49,0.06,600\n", 1],
  ["short calls free", "prefix,rate,grace_seconds\n49,0.06,30\n", 1],
  ["a maximum that a long call reaches", "prefix,rate,max_charge,beyond\n49,0.06,0.10,free\n", 1],
  ["a lower step", "prefix,rate,steps\n49,0.06,120:0.01:60\n", 1],
  ["a minimum, which costs nobody anything", "prefix,rate,minimum_charge\n49,0.06,0.50\n", 0],
  ["a price above it for some hours", "prefix,rate,hours\n49,0.06,sat 10:00-12:00\n", 0],
])("below what is paid for it is seen of %s", async (_, file, wanted) => {
  const paid = { perMinute: 50_000n, first: 60, next: 60 };
  const reseller = await on.tenant("reseller", on.operator);
  const buys = await on.plan(on.operator, { "49": paid });
  await on.setRate(on.operator, buys, "49", { ...paid, direction: "in" });
  await on.assign(reseller, buys);
  const deck = await deckDesk(db, reseller).stage(file, {
    plan: await on.plan(reseller, {}),
    settings: { increments: "60/60" } as never,
  });
  expect(deck.effects).toHaveLength(1);
  expect(belowCost(deck)).toEqual([wanted]);
});

test("every reseller is looked at, however many, and a plan in another currency is named", async () => {
  const plan = await on.plan(on.operator, {});
  for (let n = 0; n < 43; n += 1) {
    const reseller = await on.tenant("reseller", on.operator);
    await on.assign(reseller, plan);
    await on.plan(reseller, { "49": { perMinute: n === 42 ? 1_000n : 90_000n } });
  }
  const deck = await deckDesk(db, on.operator).stage("prefix,rate\n49,0.05\n", { plan });
  expect(belowCost(deck).filter((n) => n > 0)).toEqual([1]);
  expect(deck.effects).toHaveLength(43);
  const other = await sold({ "49": { perMinute: 1n } }, "prefix,rate\n49,0.05\n", "JPY");
  expect(other.effects).toMatchObject([{ currency: "JPY", compared: 0, belowCost: 0 }]);
});
