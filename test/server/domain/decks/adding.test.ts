import { afterAll, beforeAll, expect, test } from "vitest";

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

const FILE = `prefix,rate,connection_fee,initial_increment,increment,grace_seconds,free_seconds,minimum_charge,max_charge,beyond,steps
1,0.010000,0,60,60,0,0,0,,,
20,0.000007,0.000003,1,1,0,0,0,,,
27,0.012345,0.050000,30,6,5,0,0.020000,,,
30,0,0.100000,60,1,0,0,0,,,
31,0,0,60,1,0,0,0,,,
32,0.090000,0,1,1,0,90,0,,,
33,0.040000,0,60,60,0,0,0,0.300000,cut,
34,0.040000,0,60,60,0,0,0,0.030000,free,
36,0.050000,0.010000,60,60,0,0,0,,,120:0.010000:60
39,999.000000,999.000000,60,60,0,0,999.000000,,,
`;

/** What a plan adds: factor in millionths, fees per minute and per call, a floor of the price, the margin that it wants. */
const ADDED = [
  [1_200_000, 0, 0, 0, 100_000],
  [1_000_000, 0, 0, 0, 0],
  [1_000_001, 0, 0, 0, 0],
  [999_999, 0, 0, 0, 0],
  [700_000, 0, 0, 0, 200_000],
  [700_000, 30_000, 0, 0, 0],
  [900_000, 0, 20_000, 0, 50_000],
  [0, 0, 0, 50_000, 0],
  [0, 0, 0, 0, 0],
  [3_333_333, 1, 1, 60_000, 900_000],
] as const;

test("sellers that only add to a deck's prices are told together what each of them is told alone", async () => {
  const plan = await on.plan(on.operator, { "1": { perMinute: 5_000n } });
  for (const [n, [factor, perMinute, call, floor, margin]] of ADDED.entries()) {
    const seller = await on.tenant("reseller", on.operator);
    await on.assign(seller, plan);
    const sells = await on.plan(seller, {});
    await on.sql(
      `UPDATE plan SET kind = 'markup', base_plan_id = $2, factor_ppm = $3, per_minute_fee_micros = $4, call_fee_micros = $5, floor_per_minute_micros = $6, margin_floor_ppm = $7
       WHERE id = $1`,
      [sells, n % 2 === 0 ? plan : null, factor, perMinute, call, floor, margin],
    );
  }
  // One of them has a price of its own, and is looked at by itself.
  const own = await on.tenant("reseller", on.operator);
  await on.assign(own, plan);
  const withPrice = await on.plan(own, { "27": { perMinute: 1_000n } });
  await on.sql("UPDATE plan SET kind = 'markup', base_plan_id = $2 WHERE id = $1", [withPrice, plan]);

  const { id, errors } = await deckDesk(db, on.operator).stage(FILE, { plan });
  expect(errors).toBe(0);
  const deck = [on.operator.tenantId, id];
  /** What is said of each seller, earnings aside, and of each price. */
  const told = async () => {
    const { effects } = await on.one<{ effects: { planId: string; belowCost: number; earned?: object }[] }>(
      "SELECT effects FROM deck WHERE tenant_id = $1 AND id = $2",
      deck,
    );
    const prices = await on.sql(
      "SELECT prefix, margin_ppm, below_cost, below_floor FROM deck_change WHERE tenant_id = $1 AND deck_id = $2 ORDER BY n",
      deck,
    );
    return { effects: effects.map(({ earned: _, ...effect }) => effect), prices };
  };
  const together = await told();
  const parties = await on.sql<{ seller_id: string; plan_id: string; adding: boolean }>(
    "SELECT seller_id, plan_id, plan_id IN (SELECT deck_adding($1, $2)) AS adding FROM deck_parties($1, $2)",
    deck,
  );
  expect(parties.filter(({ adding }) => !adding).map((party) => party.plan_id)).toEqual([withPrice]);
  const forget = async () => {
    await on.sql("UPDATE deck SET effects = '[]' WHERE tenant_id = $1 AND id = $2", deck);
    await on.sql(
      "UPDATE deck_change SET margin_ppm = NULL, below_cost = false, below_floor = false WHERE tenant_id = $1 AND deck_id = $2",
      deck,
    );
  };
  const alone = ({ seller_id, plan_id }: (typeof parties)[number]) =>
    on.sql("SELECT deck_margin($1, $2, 'below', $3, $4)", [...deck, seller_id, plan_id]);
  await forget();
  for (const party of parties) await alone(party);
  expect(together).toEqual(await told());
  // The worst margin of a price is that of one seller, so each is asked for by itself as well.
  for (const party of parties.filter(({ adding }) => adding)) {
    await forget();
    await alone(party);
    const wanted = await told();
    await forget();
    await on.sql("SELECT deck_margins_added($1, $2, $3)", [...deck, [party.plan_id]]);
    expect(await told()).toEqual(wanted);
  }
  // They are not all alike.
  expect(new Set(together.effects.map(({ belowCost }) => belowCost)).size).toBeGreaterThan(3);
});
