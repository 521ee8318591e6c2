import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { priceCall, type RatePrice } from "@/server/domain/rating/price.rules";
import { anyRate, anyTalkMs, oracle } from "@/test/support/any-rate";
import { createDatabase, type TestDatabase } from "@/test/support/database";

describe("the database prices alike", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase();
  });
  afterAll(() => db.drop());

  type Sample = { rate: Required<RatePrice>; talkMs: number; budget: bigint; most: number; taxPpm: number };
  const someSamples = (count: number): Sample[] =>
    fc.sample(
      fc.record({
        rate: anyRate,
        talkMs: anyTalkMs,
        budget: fc.oneof(fc.bigInt(0n, 3_000_000_000n), fc.bigInt(0n, 1_000_000n)),
        most: fc.integer({ min: 1, max: 14_400 }),
        taxPpm: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 })),
      }),
      count,
    );
  /** The samples as a JSON array, which Postgres reads as rows: arrays within rows have no other way in. */
  const rowsOf = (samples: readonly Sample[]) =>
    JSON.stringify(
      samples.map(({ rate, talkMs, budget, most, taxPpm }) => ({
        talk_ms: talkMs,
        budget: String(budget),
        most,
        tax_ppm: taxPpm,
        pm: String(rate.perMinute),
        fee: String(rate.connectionFee),
        first: rate.firstSeconds,
        next: rate.nextSeconds,
        grace: rate.graceSeconds,
        free: rate.freeSeconds,
        minimum: String(rate.minimumCharge),
        maximum: rate.maxCharge === null ? null : String(rate.maxCharge),
        beyond: rate.beyond,
        step_from: rate.steps.length > 0 ? rate.steps.map(({ from }) => from) : null,
        step_pm: rate.steps.length > 0 ? rate.steps.map(({ perMinute }) => String(perMinute)) : null,
        step_inc: rate.steps.length > 0 ? rate.steps.map(({ increment }) => increment) : null,
      })),
    );
  const SAMPLES = `json_to_recordset($1) AS s(talk_ms bigint, budget bigint, most int, tax_ppm int, pm bigint, fee bigint, first int, next int, grace int, free int,
    minimum bigint, maximum bigint, beyond text, step_from int[], step_pm bigint[], step_inc int[])`;
  const chargeOf = (seconds: string, grace: string, maximum = "s.maximum") =>
    `price_charge(${seconds}, s.pm, s.fee, s.first, s.next, ${grace}, s.free, s.minimum, ${maximum}, s.step_from, s.step_pm, s.step_inc)`;

  test("billed seconds, cost and tax agree for any input", async () => {
    const samples = someSamples(3_000);
    const { rows } = await db.owner.query<{ billed: number; cost: string; tax: string }>(
      `SELECT price_billed((s.talk_ms + 999) / 1000, s.first, s.next, s.grace, s.step_from, s.step_inc) AS billed, c.cost::text,
         tax_on(c.cost, s.tax_ppm)::text AS tax
       FROM ${SAMPLES}, LATERAL (SELECT ${chargeOf("(s.talk_ms + 999) / 1000", "s.grace")} AS cost) c`,
      [rowsOf(samples)],
    );
    const expected = samples.map(({ rate, talkMs, taxPpm }) => {
      const { billedSeconds, cost, tax } = priceCall(talkMs, rate, { taxPpm });
      expect({ billed: billedSeconds, cost }).toEqual(oracle(talkMs, rate));
      return { billed: billedSeconds, cost: String(cost), tax: String(tax) };
    });
    expect(rows).toEqual(expected);
  });

  test("the time a budget pays for is paid for in full, and a further step would not be", async () => {
    const { rows } = await db.owner.query<{ wrong: string }>(
      `SELECT row_to_json(x)::text AS wrong FROM (
         SELECT s.*, a.seconds, a.enough, ${chargeOf("a.seconds", "0")} AS cost, CASE WHEN s.beyond = 'cut' THEN least(s.budget, s.maximum) ELSE s.budget END AS bound,
           ${chargeOf("greatest(a.seconds, s.first) + greatest(s.next, 1)", "0", "CASE WHEN s.beyond = 'free' THEN s.maximum END")} AS more
         FROM ${SAMPLES}, LATERAL (SELECT price_affordable(s.budget, s.most, s.pm, s.fee, s.first, s.next, s.free, s.minimum, s.maximum, s.beyond, s.step_from, s.step_pm,
           s.step_inc) AS seconds, greatest(s.most, s.first) AS enough) a) x
       WHERE (seconds > 0 AND cost > budget)
          OR (seconds > enough + next)
          OR (seconds > 0 AND seconds < enough AND step_from IS NULL AND more <= bound)
          OR (seconds = 0 AND ${chargeOf("1", "0", "NULL").replaceAll("s.", "x.")} <= bound)`,
      [rowsOf(someSamples(3_000))],
    );
    expect(rows).toEqual([]);
  });

  test("the net within a gross amount is the largest that fits with its tax", async () => {
    const { rows } = await db.owner.query(
      `SELECT s.budget, s.tax_ppm FROM ${SAMPLES}, LATERAL (SELECT net_within(s.budget, s.tax_ppm) AS net) n
       WHERE net + tax_on(net, s.tax_ppm) > s.budget OR net + 1 + tax_on(net + 1, s.tax_ppm) <= s.budget`,
      [rowsOf(someSamples(2_000))],
    );
    expect(rows).toEqual([]);
  });
});
