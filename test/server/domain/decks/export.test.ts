import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckDesk } from "@/test/support/decks";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let world: Stage;
let desk: ReturnType<typeof deckDesk>;
beforeAll(async () => {
  db = await createDatabase();
  world = await stage(db);
  desk = deckDesk(db, world.operator);
});
afterAll(() => db.drop());

const HEADER =
  "prefix,destination,rate,connection_fee,initial_increment,increment,grace_seconds,free_seconds,minimum_charge,max_charge,beyond,steps,hours,direction,effective_from,effective_to,currency\r\n";

/** One rate with everything, as the table holds it. */
type Odd = {
  prefix: string;
  direction: string;
  destination: string;
  perMinute: bigint;
  fee: bigint;
  first: number;
  next: number;
  grace: number;
  free: number;
  least: bigint;
  most: bigint | null;
  beyond: string;
  steps: { from: number; price: bigint; increment: number }[];
  hours: string | null;
  from: string;
  to: string | null;
};

const money = (most: bigint) => fc.oneof(fc.constantFrom(0n, 1n, most), fc.bigInt({ min: 0n, max: most }));
const price = money(1_000_000_000n);
const steps = fc
  .uniqueArray(
    fc.record({ from: fc.integer({ min: 1, max: 86_400 }), price, increment: fc.integer({ min: 1, max: 3_600 }) }),
    {
      maxLength: 10,
      selector: ({ from }) => from,
    },
  )
  .map((list) => list.toSorted((a, b) => a.from - b.from));
const hours = fc
  .uniqueArray(fc.integer({ min: 0, max: 10_080 }), { minLength: 2, maxLength: 8 })
  .map((list) => list.toSorted((a, b) => a - b))
  .map((list) => `{${list.flatMap((at, n) => (n % 2 === 1 ? [`[${list[n - 1]},${at})`] : [])).join(",")}}`);
/** A name as people write it, without what a file cannot carry: line breaks and blanks around it. */
const name = fc.oneof(
  fc.constantFrom(
    "",
    "Germany, mobile",
    'The "big" one',
    "=SUM(A1)",
    "+49",
    "Österreich; Wien",
    "日本|携帯",
    "a\u2028b",
    "0049",
  ),
  fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replace(/\p{Cc}/gu, "").trim()),
);
const odd: fc.Arbitrary<Odd> = fc.record({
  prefix: fc
    .bigInt({ min: 1n, max: 999_999_999_999_999n })
    .chain((big) => fc.integer({ min: 1, max: 15 }).map((size) => String(big).slice(0, size))),
  direction: fc.constantFrom("out", "out", "in"),
  destination: name,
  perMinute: price,
  fee: price,
  first: fc.integer({ min: 1, max: 3_600 }),
  next: fc.integer({ min: 1, max: 3_600 }),
  grace: fc.integer({ min: 0, max: 3_600 }),
  free: fc.integer({ min: 0, max: 86_400 }),
  least: money(1_000_000n),
  most: fc.option(fc.bigInt({ min: 1_000_000n, max: 1_000_000_000_000n })),
  beyond: fc.constantFrom("cut", "free"),
  steps,
  hours: fc.option(hours),
  from: fc.constantFrom(
    "2020-01-01 00:00:00+00",
    "2021-06-30 12:34:56.789012+00",
    "2024-02-29 23:59:59.9+00",
    "2098-01-01 00:00:00+00",
  ),
  to: fc.option(fc.constantFrom("2099-01-01 00:00:00+00", "2099-12-31 23:59:59.000001+00")),
});
const keyOf = ({ prefix, direction }: Odd) => `${direction}${prefix}`;

async function planOf(rates: readonly Odd[]): Promise<string> {
  const plan = await world.plan(world.operator, {});
  for (const rate of rates) {
    await world.sql(
      `INSERT INTO rate (tenant_id, plan_id, prefix, direction, destination, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds,
        free_seconds, minimum_charge_micros, max_charge_micros, beyond, step_from, step_per_minute, step_increment, hours, valid)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, tstzrange($19, $20))`,
      [
        world.operator.tenantId,
        plan,
        rate.prefix,
        rate.direction,
        rate.destination,
        rate.perMinute,
        rate.fee,
        rate.first,
        rate.next,
        rate.grace,
        rate.free,
        rate.least,
        rate.most,
        rate.beyond,
        ...(rate.steps.length > 0
          ? [
              rate.steps.map(({ from }) => from),
              rate.steps.map((step) => step.price),
              rate.steps.map(({ increment }) => increment),
            ]
          : [null, null, null]),
        rate.hours,
        rate.from,
        rate.to,
      ],
    );
  }
  return plan;
}

test("whatever a plan's prices are, written out and read in again they are the same to the byte", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(odd, { minLength: 1, maxLength: 12, selector: keyOf }), async (rates) => {
      const plan = await planOf(rates);
      const text = await desk.exported(plan);
      expect(text.startsWith(HEADER)).toBe(true);
      expect(text.split("\r\n")).toHaveLength(rates.length + 2);
      const copy = await world.plan(world.operator, {});
      const deck = await desk.stage(text, { plan: copy, mode: "replace", pieces: 997 });
      expect(deck.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      await desk.apply(deck.id);
      expect(await desk.exported(copy)).toBe(text);
      const again = await desk.stage(text, { plan, mode: "replace" });
      expect(again.counts).toEqual({ new: 0, up: 0, down: 0, changed: 0, removed: 0, same: rates.length });
    }),
    { numRuns: 25 },
  );
});

test("the form of it: all columns, always in one order, with CRLF", async () => {
  const plan = await world.plan(world.operator, { "49": { perMinute: 12_500n, fee: 30_000n, first: 60, next: 6 } });
  expect(await desk.exported(plan)).toBe(
    `${HEADER}49,,0.012500,0.030000,60,6,0,0,0.000000,,,,,out,2020-01-01T00:00:00Z,,EUR\r\n`,
  );
  expect(await desk.exported(await world.plan(world.operator, {}))).toBe(HEADER);
});

test("more than a page: prefixes with several prices are not cut apart, and nothing is lost or told twice", async () => {
  const plan = await world.plan(world.operator, {});
  await world.sql(
    `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, valid, hours)
     SELECT $1, $2, (10000 + n / 3)::text, n, tstzrange('2020-01-01', NULL), CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '{[0,60)}'::int4multirange ELSE '{[60,120)}' END
     FROM generate_series(0, 11999) n`,
    [world.operator.tenantId, plan],
  );
  const lines = (await desk.exported(plan)).trimEnd().split("\r\n").slice(1);
  expect(lines).toHaveLength(12_000);
  expect(new Set(lines).size).toBe(12_000);
});

test("prices that change while they are written out are noticed", async () => {
  const plan = await world.plan(world.operator, { "49": { perMinute: 1n } });
  const { exportDeck } = await import("@/server/domain/decks/export");
  const pieces = exportDeck(desk.read, { id: plan, currency: "EUR" });
  await pieces.next();
  await world.sql("UPDATE rate SET valid = tstzrange(lower(valid), '2090-01-01') WHERE plan_id = $1", [plan]);
  await expect(async () => {
    for await (const _ of pieces);
  }).rejects.toMatchObject({ code: "conflict" });
});
