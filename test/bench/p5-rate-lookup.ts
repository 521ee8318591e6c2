import { randomInt } from "node:crypto";

import { benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const PREFIXES = 250_000;
const NUMBERS = 1_000_000;
/** Of them, for the time that each takes. */
const TIMED = 200_000;

/** P5: the longest matching prefix among 250 000, inside SQL, compared with a plain walk over a map for each number. */
export async function rateLookup(): Promise<Figure[]> {
  const db = await benchDatabase();
  try {
    const prices = new Map<string, number>();
    while (prices.size < PREFIXES)
      prices.set(String(1 + randomInt(10 ** (2 + randomInt(7)))), 1 + randomInt(1_000_000));
    const { rows } = await db.owner.query(
      "INSERT INTO plan (tenant_id, name, currency) VALUES ($1, 'bench', 'EUR') RETURNING id",
      [db.operatorId],
    );
    const plan = (rows[0] as { id: string }).id;
    await db.owner.query(
      `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, valid)
       SELECT $1, $2, p, m, tstzrange('2020-01-01', NULL) FROM unnest($3::text[], $4::bigint[]) AS x (p, m)`,
      [db.operatorId, plan, [...prices.keys()], [...prices.values()]],
    );
    await db.owner.query("VACUUM ANALYZE rate");
    const numbers = Array.from({ length: NUMBERS }, () => String(1_000_000_000 + randomInt(9_000_000_000)));
    let mismatches = 0;
    for (let from = 0; from < NUMBERS; from += 50_000) {
      const part = numbers.slice(from, from + 50_000);
      const found = await db.owner.query<{ m: string | null }>(
        "SELECT r.per_minute_micros::text AS m FROM unnest($2::text[]) WITH ORDINALITY AS n (digits, at) LEFT JOIN LATERAL rate_for($1, 'out', n.digits, now()) r ON true ORDER BY n.at",
        [plan, part],
      );
      part.forEach((digits, i) => {
        if (expected(prices, digits) !== (found.rows[i]?.m ?? undefined)) mismatches += 1;
      });
    }
    await db.owner.query(
      "CREATE TEMP TABLE bench_number AS SELECT digits, prefixes_of(digits) AS prefixes FROM unnest($1::text[]) AS x (digits)",
      [numbers.slice(0, TIMED)],
    );
    const us = await microsecondsPerLookup(db.owner, plan);
    return [
      {
        id: "P5",
        what: `rate lookup in SQL as for calls that begin together, ${PREFIXES} prefixes; ${mismatches} mismatches on ${NUMBERS} numbers`,
        measured: us.together,
        unit: "µs",
        reach: "≤ 10 µs, 0 mismatches",
        reached: us.together <= 10 && mismatches === 0,
        anchor: `a statement for each ${us.oneStatement} µs, one key of the same index by such a statement ${us.oneKey} µs`,
      },
      {
        id: "P5",
        what: "the same as charging asks for one call: by the plan, its hours, its markups and the price of in two minutes",
        measured: us.asCharged,
        unit: "µs",
        reach: "≤ 4 × the statement",
        reached: us.asCharged <= 4 * us.oneStatement,
      },
    ];
  } finally {
    await db.stop();
  }
}

function expected(prices: ReadonlyMap<string, number>, digits: string): string | undefined {
  for (let length = digits.length; length > 0; length -= 1) {
    const price = prices.get(digits.slice(0, length));
    if (price !== undefined) return String(price);
  }
  return undefined;
}

type Lookup = Readonly<{ together: number; asCharged: number; oneStatement: number; oneKey: number }>;

/**
 * Timed inside the server, so that no round trip is in the figures: as the charging functions ask, for many calls and for
 * one, and by less. What the loop itself takes is taken off.
 */
async function microsecondsPerLookup(
  owner: { query: (text: string) => Promise<{ rows: unknown[] }> },
  plan: string,
): Promise<Lookup> {
  const timed = async (body: string) => {
    await owner.query(`CREATE OR REPLACE FUNCTION pg_temp.bench_loop() RETURNS float8 LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $fn$
      DECLARE began timestamptz := clock_timestamp(); n record; r rate; rates rate[];
      BEGIN FOR n IN SELECT digits, prefixes FROM bench_number LOOP ${body} END LOOP;
      RETURN extract(epoch FROM clock_timestamp() - began) * 1e6 / (SELECT count(*) FROM bench_number); END $fn$`);
    const { rows } = await owner.query("SELECT pg_temp.bench_loop() AS us");
    return (rows[0] as { us: number }).us;
  };
  const together = async (lookup: string) => {
    const { rows } = await owner.query(`EXPLAIN (ANALYZE, TIMING off, FORMAT json)
      SELECT sum(r.per_minute_micros), sum(r.connection_fee_micros) FROM bench_number n LEFT JOIN LATERAL (${lookup}) r ON true`);
    const [{ "QUERY PLAN": plans }] = rows as [{ "QUERY PLAN": [{ "Execution Time": number }] }];
    return round((plans[0]["Execution Time"] * 1_000) / TIMED);
  };
  const empty = await timed("rates := NULL;");
  const less = async (body: string) => round((await timed(body)) - empty);
  const valid = "lower(valid) <= now() AND coalesce(upper(valid) > now(), true)";
  const ofPlan = `plan_id = '${plan}' AND direction = 'out'`;
  const longest = `prefix = ANY (n.prefixes) AND ${valid} ORDER BY prefix DESC, (hours IS NOT NULL) DESC LIMIT 1`;
  const into = `SELECT * INTO r FROM rate WHERE ${ofPlan}`;
  return {
    together: await together(`SELECT * FROM rate WHERE ${ofPlan} AND ${longest}`),
    asCharged: await less(`rates := rates_of_plan('${plan}', 'out', n.prefixes, now(), now(), 0);`),
    oneStatement: await less(`${into} AND ${longest};`),
    oneKey: await less(`${into} AND prefix = left(n.digits, 5) AND ${valid} LIMIT 1;`),
  };
}
