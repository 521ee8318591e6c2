import { randomInt } from "node:crypto";

import { benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const PREFIXES = 250_000;
const NUMBERS = 1_000_000;

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
    await db.owner.query("CREATE TEMP TABLE bench_number AS SELECT digits FROM unnest($1::text[]) AS x (digits)", [
      numbers.slice(0, 200_000),
    ]);
    const us = await microsecondsPerLookup(db.owner, plan);
    return [
      {
        id: "P5",
        what: `rate lookup in SQL, ${PREFIXES} prefixes; ${mismatches} mismatches on ${NUMBERS} numbers`,
        measured: round(us),
        unit: "µs",
        reach: "≤ 10 µs, 0 mismatches",
        reached: us <= 10 && mismatches === 0,
        anchor: `a loop that looks nothing up is taken off`,
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

/** Timed inside the server, as the charging function uses it: no round trip in the figure. */
async function microsecondsPerLookup(
  owner: { query: (text: string) => Promise<{ rows: unknown[] }> },
  plan: string,
): Promise<number> {
  const timed = async (body: string) => {
    await owner.query(`CREATE OR REPLACE FUNCTION pg_temp.bench_loop() RETURNS float8 LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $fn$
      DECLARE began timestamptz := clock_timestamp(); n record; r rate; prefixes text[];
      BEGIN FOR n IN SELECT digits FROM bench_number LOOP ${body} END LOOP;
      RETURN extract(epoch FROM clock_timestamp() - began) * 1e6 / (SELECT count(*) FROM bench_number); END $fn$`);
    const { rows } = await owner.query("SELECT pg_temp.bench_loop() AS us");
    return (rows[0] as { us: number }).us;
  };
  const empty = await timed("prefixes := NULL;");
  const lookup =
    await timed(`prefixes := '{}'; FOR i IN 1..least(length(n.digits), 15) LOOP prefixes := prefixes || left(n.digits, i); END LOOP;
    SELECT * INTO r FROM rate WHERE plan_id = '${plan}' AND prefix = ANY (prefixes) AND lower(valid) <= now() AND coalesce(upper(valid) > now(), true)
      ORDER BY length(prefix) DESC LIMIT 1;`);
  return lookup - empty;
}
