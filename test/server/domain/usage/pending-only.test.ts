import { afterAll, beforeAll, expect, test } from "vitest";

import { foldUsage } from "@/server/domain/usage/fold";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { seedCalls } from "@/test/support/seeded-calls";

const FOLDED = 3_000;
const PENDING = 3;
const [FROM, UNTIL] = ["2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"];

let db: TestDatabase;
let chain: Chain;
beforeAll(async () => {
  db = await createDatabase();
  chain = await makeChain(db);
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ at: new Date(Date.UTC(2026, 4, 2, 0, n)), cost: 1_000n }));
  await seedCalls(chain, chain.customer, chain.phone, many(FOLDED));
  await chain.sql("ANALYZE");
  await foldUsage(db.pool);
  const asked = await chain.plan(chain.operator, { "4930": { perMinute: 234_566n, first: 1, next: 1 } });
  await chain.as("operator").limits.setCostPlan({ tenantSlug: "operator", planId: asked });
  await seedCalls(chain, chain.customer, chain.phone, many(PENDING));
  await chain.sql("ANALYZE");
});
afterAll(() => db.drop());

/** How many rows of tables other than the sums one question reads, and how many calls it counts. */
async function ask(question: string): Promise<Readonly<{ rows: number; calls: number }>> {
  await db.owner.query("BEGIN");
  await chain.as_(chain.operator.tenantId);
  const before = await rowsRead();
  const { n } = await chain.one<{ n: string }>(`SELECT sum(calls) AS n FROM ${question}`);
  const rows = (await rowsRead()) - before;
  await db.owner.query("COMMIT");
  return { rows, calls: Number(n) };
}

const ROWS_READ =
  "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS n FROM pg_stat_xact_user_tables WHERE relname NOT IN ('usage_quarter', 'usage_day')";
const rowsRead = async (): Promise<number> => Number((await chain.one<{ n: string }>(ROWS_READ)).n);

const questions = [
  ...["all", "way", "country", "child", "carrier"].map((dim) => `usage_rows('${FROM}', '${UNTIL}', '${dim}')`),
  `usage_series('${FROM}', '${UNTIL}', 'way', NULL, 'UTC', 'day')`,
];

test.each(questions)("%s looks at no call that is in the sums already", async (question) => {
  const { rows, calls } = await ask(question);
  // What carriers ask is known of those that came later.
  expect(calls).toBe(question.includes("carrier") ? PENDING : FOLDED + PENDING);
  expect(rows).toBeGreaterThanOrEqual(PENDING);
  expect(rows).toBeLessThan(FOLDED / 10);
});

test("what carriers ask of many calls is looked up call by call, also where nothing is known of the tables yet", async () => {
  const fresh = await createDatabase();
  const other: Chain = await makeChain(fresh);
  const plan = await other.plan(other.operator, { "4930": { perMinute: 234_566n, first: 1, next: 1 } });
  await other.as("operator").limits.setCostPlan({ tenantSlug: "operator", planId: plan });
  const calls = Array.from({ length: 1_500 }, (_, n) => ({
    at: new Date(Date.UTC(2026, 4, 2, 0, 0, n)),
    cost: 1_000n,
  }));
  await seedCalls(other, other.customer, other.phone, calls);
  await fresh.owner.query("BEGIN");
  const read = async () => Number((await other.one<{ n: string }>(ROWS_READ)).n);
  const before = await read();
  await other.sql("SELECT usage_fold(500)");
  expect((await read()) - before).toBeLessThan(500 * 200);
  await fresh.owner.query("ROLLBACK");
  expect(await foldUsage(fresh.pool)).toBeGreaterThanOrEqual(calls.length);
  await fresh.drop();
});
