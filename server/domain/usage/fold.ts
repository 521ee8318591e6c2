import type { SqlPool } from "@/server/infra/db/pool";

/** Lines of one transaction: short enough that whoever waits for the sums' lock hardly waits. */
const BATCH = 5_000;
/** Batches of one run, so that a run ends; the next one goes on. */
const MOST_BATCHES = 60;

/**
 * Adds what is pending to the sums, a bounded batch in each transaction, and notes how many calls there are at once. Each line
 * is taken away in the transaction that adds it, so a run that dies has done a batch whole or not at all. Beside another
 * worker it does nothing. Safe to repeat.
 * @returns how many lines it took.
 */
export async function foldUsage(pool: SqlPool, now = new Date(), batch = BATCH): Promise<number> {
  await pool.query("usage_sample", "SELECT usage_sample($1)", [now]);
  let taken = 0;
  for (let round = 0; round < MOST_BATCHES; round += 1) {
    const [row] = await pool.query<{ n: number }>("usage_fold", "SELECT usage_fold($1) AS n", [batch]);
    taken += row?.n ?? 0;
    if ((row?.n ?? 0) < batch) break;
  }
  return taken;
}
