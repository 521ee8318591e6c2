import { afterAll, beforeAll, expect, test } from "vitest";

import { createPool, JOBS_WAIT_MS } from "@/server/infra/db/pool";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const ONE = 1;
const busyFor = (seconds: number) => [`busy ${seconds}`, "SELECT pg_sleep($1)", [seconds]] as const;

test("whoever waits for a call is told at once that no connection is free; a job waits for its turn", async () => {
  const calls = createPool(db.appUrl, () => {}, ONE);
  const jobs = createPool(db.appUrl, () => {}, ONE, JOBS_WAIT_MS);
  try {
    const held = [calls, jobs].map((pool) => pool.query(...busyFor(3)));
    const [call, job] = await Promise.allSettled([calls, jobs].map((pool) => pool.query("one", "SELECT 1 AS n", [])));
    expect(call).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("timeout") } });
    expect(job).toMatchObject({ status: "fulfilled", value: [{ n: 1 }] });
    await Promise.allSettled(held);
  } finally {
    await Promise.all([calls.close(), jobs.close()]);
  }
});
