import type { SqlPool } from "@/server/infra/db/pool";

/** Lines of one transaction at most; how many tenants they are of is bounded as well, so that one takes some 30 ms. */
const BATCH = 500;
/** Batches of one run, so that a run ends; the next one goes on. */
const MOST_BATCHES = 600;

/** Notes how many calls there are at once. */
export const sampleUsage = (pool: SqlPool, now = new Date()): Promise<unknown> =>
  pool.query("usage_sample", "SELECT usage_sample($1)", [now]);

/**
 * Adds what is pending to the sums, a bounded batch in each transaction. Each line is taken away in the transaction that adds it,
 * so a run that dies has done a batch whole or not at all. Beside another worker it does nothing. Safe to repeat.
 * @returns how many lines it took.
 */
export async function foldUsage(pool: SqlPool, batch = BATCH): Promise<number> {
  let taken = 0;
  for (let round = 0; round < MOST_BATCHES; round += 1) {
    const [row] = await pool.query<{ n: number }>("usage_fold", "SELECT usage_fold($1) AS n", [batch]);
    if (!row || row.n === 0) break;
    taken += row.n;
  }
  return taken;
}
