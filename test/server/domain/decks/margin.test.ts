import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";
import { decimalOf, type Micros } from "@/server/kernel/money";
import type { RateOf, Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
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

const HEADER =
  "prefix,rate,connection_fee,initial_increment,increment,grace_seconds,free_seconds,minimum_charge,max_charge,beyond,steps";
const text = (micros: bigint) => decimalOf(micros as Micros);
const row = (prefix: string, of: RateOf): string =>
  [
    ...[prefix, text(of.perMinute), text(of.fee ?? 0n), of.first ?? 60, of.next ?? 60, of.grace ?? 0, of.free ?? 0],
    ...[text(of.minimum ?? 0n), of.max === undefined ? "" : text(of.max), of.max === undefined ? "" : of.beyond],
    (of.steps ?? []).map(([from, perMinute, increment]) => `${from}:${text(perMinute)}:${increment}`).join(" "),
  ].join(",");
const file = (prices: Readonly<Record<string, RateOf>>) =>
  `${[HEADER, ...Object.entries(prices).map(([prefix, of]) => row(prefix, of))].join("\n")}\n`;

/** A reseller that buys by one plan and sells by another, with a customer that has a telephone and money enough. */
async function shop(bought: string) {
  const reseller = await on.tenant("reseller", on.operator);
  const customer = await on.tenant("customer", reseller);
  await on.assign(reseller, bought);
  const selling = await on.plan(reseller, {});
  await on.assign(customer, selling);
  const id = [customer.tenantId];
  await on.sql("UPDATE tenant SET max_calls = 5000, max_calls_per_minute = 5000 WHERE id = $1", id);
  await on.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'DE') ON CONFLICT DO NOTHING", id);
  for (const of of [reseller, customer]) await on.topUp(of, 900_000_000_000n);
  const { endpoint } = await on.phone(customer, "101", { maxCalls: 100 });
  return { reseller, customer, selling, endpoint };
}

/** Which of the prefixes a deck calls below cost, and which of them a call is refused for. */
async function judged(owner: Tenancy, plan: string, prices: Readonly<Record<string, RateOf>>, endpoint: string) {
  const desk = deckDesk(db, owner);
  const deck = await desk.stage(file(prices), { plan });
  expect(deck.errors).toBe(0);
  await desk.apply(deck.id);
  const below = new Set(deck.changes.filter(({ belowCost }) => belowCost).map(({ prefix }) => prefix));
  const refused = new Set<string>();
  const calls = callDesk(db.pool);
  for (const prefix of Object.keys(prices)) {
    const call = randomUUID();
    const { code } = await calls.authorise({ call, endpoint, e164: prefix.padEnd(12, "3") });
    expect(["", "RAT-02"]).toContain(code);
    if (code === "RAT-02") refused.add(prefix);
    else await calls.settle(call, 0);
  }
  return { below, refused };
}

const paid: RateOf = { perMinute: 50_000n, first: 60, next: 60 };
test.each<[string, RateOf, boolean]>([
  ["that is counted in shorter seconds after the first", { perMinute: 60_000n, first: 60, next: 1 }, true],
  ["that is counted in longer seconds after the first", { perMinute: 50_000n, first: 60, next: 120 }, false],
  // A second after the first minute 61 seconds are asked and 120 paid: 0.099999 of 0.1, or all of it by the rounding.
  ["that is a micro too little for its shorter seconds", { perMinute: 98_359n, first: 60, next: 1 }, true],
  ["that is enough for its shorter seconds as it is rounded", { perMinute: 98_360n, first: 60, next: 1 }, false],
  ["that falls behind after more than an hour", { perMinute: 49_000n, fee: 100_000n }, true],
  ["whose fee is enough for the longest call", { perMinute: 49_000n, fee: 500_000n }, false],
  ["whose step after an hour and a half is cheap", { perMinute: 60_000n, steps: [[5_400, 10_000n, 60]] }, true],
  ["whose step comes too late to matter", { perMinute: 60_000n, steps: [[13_800, 10_000n, 60]] }, false],
  ["that is cut before it falls behind", { perMinute: 49_000n, fee: 100_000n, max: 500_000n, beyond: "cut" }, false],
  ["that is free beyond its maximum", { perMinute: 60_000n, max: 5_000_000n, beyond: "free" }, true],
  ["with a grace", { perMinute: 90_000n, grace: 1 }, true],
  ["with a minimum instead of a first minute", { perMinute: 50_000n, first: 1, next: 1, minimum: 50_000n }, true],
])("a price %s is judged as its calls are", async (_, sold, wanted) => {
  const { reseller, selling, endpoint } = await shop(await on.plan(on.operator, { "49": paid }));
  const { below, refused } = await judged(reseller, selling, { "49": sold }, endpoint);
  expect([below.has("49"), refused.has("49")]).toEqual([wanted, wanted]);
});

/** Numbers that look random and are the same each time. */
function dice(seed: number) {
  let at = seed;
  return <T>(of: readonly [T, ...T[]]): T => {
    at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
    return of[Math.floor((at / 2_147_483_648) * of.length)] ?? of[0];
  };
}
type Roll = ReturnType<typeof dice>;
const terms: Readonly<Record<string, (roll: Roll) => RateOf>> = {
  perMinute: (roll) => ({ perMinute: roll([0n, 9_000n, 10_000n, 10_001n, 12_000n]) }),
  fee: (roll) => ({ perMinute: 0n, fee: roll([0n, 0n, 5_000n, 60_000n]) }),
  first: (roll) => ({ perMinute: 0n, first: roll([1, 30, 60]) }),
  next: (roll) => ({ perMinute: 0n, next: roll([1, 6, 7, 60]) }),
  grace: (roll) => ({ perMinute: 0n, grace: roll([0, 0, 5, 90]) }),
  free: (roll) => ({ perMinute: 0n, free: roll([0, 0, 60]) }),
  minimum: (roll) => ({ perMinute: 0n, minimum: roll([0n, 0n, 20_000n]) }),
  max: (roll) =>
    roll<RateOf>([{ perMinute: 0n }, { perMinute: 0n, max: roll([30_000n, 900_000n]), beyond: roll(["cut", "free"]) }]),
  steps: (roll) => ({ perMinute: 0n, steps: roll([[], [[120, 9_000n, 60]], [[5_000, 1_000n, 1]]]) }),
};
const names = Object.keys(terms) as [string, ...string[]];
/** Throws one term of a price anew, and leaves the others. */
function rolled(of: RateOf, name: string, roll: Roll): RateOf {
  const { perMinute, ...more } = terms[name]?.(roll) ?? of;
  const { max, beyond, ...rest } = of;
  if (name === "max") return { ...rest, ...more };
  return name === "perMinute" ? { ...of, perMinute } : { ...of, ...more };
}

test.each([1, 2])("what a deck calls below cost is what calls are refused for, and nothing else (%i)", async (seed) => {
  const roll = dice(seed);
  const pairs = Array.from({ length: 120 }, (_, n) => {
    const buys = names.reduce<RateOf>((of, name) => rolled(of, name, roll), { perMinute: 10_000n });
    const sells = [roll(names), roll(names), "perMinute"].reduce((of, name) => rolled(of, name, roll), buys);
    return [`49${String(n + 100)}`, buys, sells] as const;
  });
  const bare = ({ steps, ...of }: RateOf): RateOf => (steps?.length ? { ...of, steps } : of);
  const bought = await on.plan(on.operator, Object.fromEntries(pairs.map(([prefix, buys]) => [prefix, bare(buys)])));
  const { reseller, selling, endpoint } = await shop(bought);
  const prices = Object.fromEntries(pairs.map(([prefix, , sells]) => [prefix, bare(sells)]));
  const { below, refused } = await judged(reseller, selling, prices, endpoint);
  expect(below).toEqual(refused);
  expect(Math.min(refused.size, pairs.length - refused.size)).toBeGreaterThan(20);
});

const marked = async (
  owner: Tenancy,
  base: string | null,
  factorPpm: number,
  prices: Readonly<Record<string, RateOf>> = {},
) => {
  const plan = await on.plan(owner, prices);
  await on.sql("UPDATE plan SET kind = 'markup', factor_ppm = $2, base_plan_id = $3 WHERE id = $1", [
    plan,
    factorPpm,
    base,
  ]);
  return plan;
};

test("a reseller that buys at what another plan asks and more is told of every prefix of that plan", async () => {
  const base = await on.plan(on.operator, { "49": { perMinute: 10_000n }, "4930": { perMinute: 90_000n } });
  const { reseller, selling, endpoint } = await shop(await marked(on.operator, base, 2_000_000));
  const prices = { "491": { perMinute: 20_000n }, "492": { perMinute: 19_999n }, "493": { perMinute: 30_000n } };
  const { below } = await judged(reseller, selling, prices, endpoint);
  // Numbers that begin with 4930 are bought at 180 000, and 493 sells them.
  expect([...below].toSorted()).toEqual(["492", "493"]);
});

test.each([
  [1_500_000, []],
  [900_000, ["4930"]],
])("a deck under a plan that adds to it goes before a shorter prefix of that plan (%i)", async (factor, wanted) => {
  const buying = await on.plan(on.operator, {});
  const reseller = await on.tenant("reseller", on.operator);
  await on.assign(reseller, buying);
  await marked(reseller, null, factor, { "49": { perMinute: 1_000n } });
  const deck = await deckDesk(db, on.operator).stage(file({ "4930": { perMinute: 50_000n } }), { plan: buying });
  expect(deck.changes.filter(({ belowCost }) => belowCost).map(({ prefix }) => prefix)).toEqual(wanted);
});
