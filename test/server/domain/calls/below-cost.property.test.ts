import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { authoriseMany } from "@/server/domain/calls/authorise-many";
import { readDialled } from "@/server/domain/rating/dialling.rules";
import { priceCall, type RatePrice } from "@/server/domain/rating/price.rules";
import { type Micros, micros } from "@/server/kernel/money";
import type { RateOf, Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
});
afterAll(() => db.drop());

type Rate = Required<Omit<RateOf, "max" | "direction">> & { max: bigint | undefined };

const LONGEST = 14_400;
const at = new Date("2026-06-01T10:00:00Z");
const number = readDialled("00493012345678", "DE");

/** Prices that are alike in most of their parts, since what differs in everything is seldom in doubt. */
const parts = {
  perMinute: fc.constantFrom(60_000n, 60_000n, 60_001n, 59_999n, 30_000n, 600_000n, 0n),
  fee: fc.constantFrom(0n, 0n, 500n, 30_000n),
  first: fc.constantFrom(1, 1, 6, 30, 60),
  next: fc.constantFrom(1, 1, 6, 7, 60),
  grace: fc.constantFrom(0, 0, 0, 5, 3_600),
  free: fc.constantFrom(0, 0, 0, 20, 400),
  minimum: fc.constantFrom(0n, 0n, 0n, 1_000n, 600_000n),
  steps: fc.constantFrom<Rate["steps"]>(
    [],
    [],
    [],
    [],
    [],
    [],
    [[120, 60_000n, 1]],
    [[60, 30_000n, 6]],
    [[300, 600_000n, 60]],
  ),
  beyond: fc.constantFrom<"cut" | "free">("cut", "free"),
  max: fc.option(fc.constantFrom(600_000n, 700_000n), { nil: undefined, freq: 15 }),
};
const rate = fc.record(parts) as fc.Arbitrary<Rate>;
const changed: fc.Arbitrary<Partial<Rate>> = fc.oneof(
  fc.constant({}),
  ...Object.entries(parts).map(([name, one]) => fc.record({ [name]: one })),
  fc.constant({ perMinute: 6_000_000n }),
);
/** Another price, not far from it. */
const nextTo = (one: Rate): fc.Arbitrary<Rate> =>
  fc.tuple(changed, changed).map(([a, b]) => ({ ...one, ...a, ...b }) as Rate);

const priceOf = (of: Rate): RatePrice => ({
  perMinute: micros(of.perMinute),
  connectionFee: micros(of.fee),
  ...{ firstSeconds: of.first, nextSeconds: of.next, graceSeconds: of.grace, freeSeconds: of.free },
  ...{ minimumCharge: micros(of.minimum), maxCharge: of.max === undefined ? null : micros(of.max), beyond: of.beyond },
  steps: of.steps.map(([from, perMinute, increment]) => ({ from, perMinute: micros(perMinute), increment })),
});
const costOf = (of: Rate, seconds: number): Micros => priceCall(seconds * 1_000, priceOf(of)).cost;

/** As a price is put into a plan, which has no steps rather than an empty list of them. */
const without = ({ steps, max, ...one }: Rate): RateOf => ({
  ...one,
  ...(steps.length > 0 ? { steps } : {}),
  ...(max === undefined ? {} : { max }),
});

/** As the table of holds has it. */
const rowOf = (of: Rate) => ({
  ...{ per_minute_micros: `${of.perMinute}`, connection_fee_micros: `${of.fee}`, first_seconds: of.first },
  ...{ next_seconds: of.next, grace_seconds: of.grace, free_seconds: of.free, minimum_charge_micros: `${of.minimum}` },
  ...{ max_charge_micros: of.max === undefined ? null : `${of.max}`, beyond: of.beyond },
  step_from: of.steps.length === 0 ? null : of.steps.map(([from]) => from),
  step_per_minute: of.steps.length === 0 ? null : of.steps.map(([, price]) => `${price}`),
  step_increment: of.steps.length === 0 ? null : of.steps.map((step) => step[2]),
});

const pair = rate.chain((bought) => nextTo(bought).map((sold) => ({ sold, bought })));

test("one price covers another where it does after every second that a call can last", {
  timeout: 600_000,
}, async () => {
  const seen = { true: 0, false: 0 };
  // All in which something happens that these prices have in them, and the last ones: what is longest in coming is the greatest
  // maximum charge, at the lowest price and behind the most that is free.
  const some = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const seconds = [...some(1, 2_000), ...some(3_590, 100), ...some(LONGEST - 99, 100)];
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 40, maxLength: 40 }), async (pairs) => {
      const told = await world.make.sql<{ said: boolean; is: boolean }>(
        `SELECT hold_covers(s, b) AS said, NOT EXISTS (SELECT FROM unnest($4::int[]) n WHERE hold_charge(s, n) < hold_charge(b, n)
           AND (s.beyond = 'free' OR s.max_charge_micros IS NULL OR n <= s.first_seconds OR hold_net(e, n) <= s.max_charge_micros)) AS is
         FROM unnest($1::jsonb[], $2::jsonb[], $3::jsonb[]) WITH ORDINALITY u(sold, bought, endless, i),
           jsonb_populate_record(NULL::hold, u.sold) s, jsonb_populate_record(NULL::hold, u.bought) b, jsonb_populate_record(NULL::hold, u.endless) e ORDER BY i`,
        [
          pairs.map(({ sold }) => rowOf(sold)),
          pairs.map(({ bought }) => rowOf(bought)),
          pairs.map(({ sold }) => ({ ...rowOf(sold), max_charge_micros: null })),
          seconds,
        ],
      );
      for (const { said } of told) seen[`${said}`] += 1;
      expect(told.map(({ said }) => said)).toEqual(told.map(({ is }) => is));
    }),
    { numRuns: 4 },
  );
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(20);
});

type Level = Readonly<{ now: Rate; late: Rate; changes: number | undefined; currency: string; agreed: boolean }>;

/** What carriers ask, then what the levels of a chain pay, from the highest reseller down to whoever calls. */
const chain = fc
  .tuple(
    fc.integer({ min: 3, max: 5 }),
    rate,
    fc.array(
      fc.record({
        changes: fc.option(fc.constantFrom(30, 60), { nil: undefined, freq: 3 }),
        currency: fc.constantFrom(...Array<string>(11).fill("EUR"), "USD"),
        agreed: fc.constantFrom(false, false, false, true),
      }),
      { minLength: 5, maxLength: 5 },
    ),
  )
  .chain(([count, top, more]) =>
    more
      .slice(0, count)
      .reduce<fc.Arbitrary<readonly Level[]>>(
        (all, one) =>
          all.chain((above) =>
            fc
              .tuple(nextTo(above.at(-1)?.now ?? top), nextTo(above.at(-1)?.late ?? top))
              .map(([now, late]) => [...above, { ...one, now, late: one.changes === undefined ? now : late }]),
          ),
        fc.constant([]),
      ),
  );

async function company(levels: readonly Level[]): Promise<Tenancy> {
  const { make, operator } = world;
  let seller = operator;
  for (const [i, { now, late, changes, currency, agreed }] of levels.entries()) {
    const last = i === levels.length - 1 ? "customer" : "reseller";
    const buyer = i === 0 ? operator : await make.tenant(last, seller, { currency });
    const plan = await make.plan(seller, {}, { currency });
    const moment = new Date(at.getTime() + (changes ?? 0) * 1_000).toISOString();
    if (changes !== undefined)
      await make.setRate(seller, plan, "49", without(now), { valid: `[2020-01-01,${moment})` });
    await make.setRate(seller, plan, "49", without(late), {
      valid: `[${changes === undefined ? "2020-01-01" : moment},)`,
    });
    // Carriers are no tenants: what they ask is a plan of the operator's own.
    const bought = i === 0 ? "cost_plan_id" : "plan_id";
    await make.sql(`UPDATE tenant SET ${bought} = $2, sells_below_cost = $3 WHERE id = $1`, [
      ...[buyer.tenantId, plan, agreed],
    ]);
    await make.sql("UPDATE wallet SET credit_limit_micros = 1000000000000 WHERE tenant_id = $1", [buyer.tenantId]);
    seller = buyer;
  }
  return seller;
}

/** Seconds after which it is asked who earns what: all near the beginning and near what happens once, and some of the rest. */
function moments(levels: readonly Level[]): readonly number[] {
  const edges = levels.flatMap(({ now, late }) =>
    [now, late].flatMap((of) => [of.first, of.grace, of.free, ...of.steps.map(([from]) => from)]),
  );
  const near = edges.flatMap((edge) => [edge - 1, edge, edge + 1, edge + 61]);
  return [...Array.from({ length: 70 }, (_, i) => i + 1), ...near, 599, 3_601, 7_207, LONGEST].filter((n) => n > 0);
}

/** How long a call of a level can last that is cut at its maximum charge. */
const lasts = (of: Rate, seconds: number): boolean =>
  of.beyond === "free" ||
  of.max === undefined ||
  seconds <= of.first ||
  costOf({ ...of, max: undefined }, seconds) <= of.max;

/** Everybody who would pay more than it earns, without having said so, whenever somebody answers and hangs up. */
function losers(levels: readonly Level[]): string[] {
  const seconds = moments(levels);
  return [0, 45, 100].flatMap((answered) =>
    levels.slice(1).flatMap((sold, i) => {
      const bought = levels[i];
      if (!bought || bought.agreed) return [];
      if (sold.currency !== bought.currency) return [`${i} sells in ${sold.currency}`];
      const [earns, pays] = [sold, bought].map(({ now, late, changes = 0 }) => (answered >= changes ? late : now));
      if (!earns || !pays) return [];
      const lost = seconds.find((n) => lasts(earns, n) && costOf(earns, n) < costOf(pays, n));
      return lost === undefined ? [] : [`${i}, answered after ${answered} s, after ${lost} s`];
    }),
  );
}

const plain: Rate = {
  ...{ perMinute: 60_000n, fee: 0n, first: 1, next: 1, grace: 0, free: 0, minimum: 0n, max: undefined },
  ...{ beyond: "cut", steps: [] },
};
const level = (now: Rate, more: Partial<Level> = {}): Level => ({
  ...{ now, late: now, changes: undefined, currency: "EUR", agreed: false },
  ...more,
});
const dear = { ...plain, perMinute: 120_000n };
/** Let through with others, let through alone, refused, and let through because that level agreed: whatever else is drawn. */
const oneOfEach: [Level[]][] = [
  [[level(plain), level(plain), level(plain), level(dear)]],
  [[level(plain), level(plain), level(plain, { changes: 30, late: dear })]],
  [[level(plain), level(plain), level(dear), level(plain)]],
  [[level(dear), level(plain), level(plain)]],
  [[level(plain), level(plain), level(dear, { agreed: true }), level(plain)]],
  [[level(dear, { agreed: true }), level(plain), level(plain)]],
];

test("nobody in a chain pays more than it earns, unless it said so, whoever lets the call through", {
  timeout: 600_000,
}, async () => {
  const seen = { together: 0, alone: 0, refused: 0, agreed: 0 };
  await fc.assert(
    fc.asyncProperty(chain, async (levels) => {
      const caller = await company(levels);
      const { endpoint } = await world.make.phone(caller);
      const pbx = randomUUID();
      const question = { pbx, call: "together", endpoint, dialled: number.digits, address: "", at };
      const together = (await authoriseMany(db.pool, [{ question, number }])).has("together");
      const { code } = await callDesk(db.pool, pbx).authorise({ call: "alone", endpoint, at });
      const lost = losers(levels);
      if (together) expect(lost).toEqual([]);
      if (code === "") expect(lost).toEqual([]);
      if (together) expect(code).toBe("");
      if (lost.length > 0) expect(code).toBe("RAT-02");
      seen.together += together ? 1 : 0;
      seen.alone += code === "" && !together ? 1 : 0;
      seen.refused += code === "" ? 0 : 1;
      seen.agreed += code === "" && losers(levels.map((one) => ({ ...one, agreed: false }))).length > 0 ? 1 : 0;
    }),
    { numRuns: 50, examples: oneOfEach },
  );
  expect(Math.min(seen.together, seen.alone, seen.refused, seen.agreed)).toBeGreaterThan(0);
});
