import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { createPool, JOBS_WAIT_MS, type ReadyPool } from "@/server/infra/db/pool";
import { silentLogger } from "@/server/infra/log/logger";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { readyConnections } from "@/workers/calls/ready-connections";

const KEPT = 3;
let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** All connections of the pool at once: who answers, and whether it was made ready. */
const connections = async (pool: ReadyPool) => {
  const text = "SELECT pg_backend_pid() AS pid, current_setting('app.ready', true) = 'yes' AS ready FROM pg_sleep(0.2)";
  const asked = [..."abc"].map((name) => pool.query<{ pid: number; ready: boolean | null }>(name, text, []));
  return (await Promise.all(asked)).flat();
};

const counts = async () => {
  const { rows } = await db.owner.query(
    `SELECT (SELECT count(*) FROM tenant) AS tenants, (SELECT count(*) FROM plan) AS plans, (SELECT count(*) FROM rate) AS rates, (SELECT count(*) FROM extension) AS phones,
       (SELECT count(*) FROM call) AS calls, (SELECT count(*) FROM hold) AS holds, (SELECT count(*) FROM ledger_entry) AS entries, (SELECT count(*) FROM spend_day) AS days,
       (SELECT count(*) FROM outbox_job) AS jobs, (SELECT count(*) FROM audit_event) AS trail`,
  );
  return rows[0];
};

test("where nobody has set up the house, nothing is rehearsed", async () => {
  expect((await db.owner.query("SELECT call_rehearse() AS done")).rows).toEqual([{ done: [] }]);
});

test("a rehearsal authorises, renews and charges, alone and together, and leaves nothing behind", async () => {
  const make = builders(db);
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const carriers = await make.plan(operator, { "49": { perMinute: 60_000n } }, { currency: "USD" });
  await make.sql("UPDATE tenant SET cost_plan_id = $2 WHERE id = $1", [operator.tenantId, carriers]);
  const before = await counts();
  const { rows } = await db.owner.query<{ done: string[] }>("SELECT call_rehearse() AS done");
  const done = ["DE", "out", "out", "settled", "true", "600", "settled", "300", "300", "settled", "settled"];
  expect(rows[0]?.done).toEqual(done);
  expect(await counts()).toEqual(before);
});

test("connections are made ready before anybody asks, once each, and again in the place of those that are lost", {
  timeout: 600_000,
}, async () => {
  const pool = createPool(db.appUrl, () => {}, KEPT, JOBS_WAIT_MS, KEPT);
  const asked: string[] = [];
  const marking: ReadyPool = {
    ...pool,
    ready: (statement) => {
      asked.push(statement);
      return pool.ready(`${statement}; SELECT set_config('app.ready', 'yes', false)`);
    },
  };
  const stop = readyConnections(marking, silentLogger);
  try {
    const all = () =>
      vi.waitFor(
        async () => {
          const found = await connections(pool);
          expect(found.map((one) => one.ready)).toEqual([true, true, true]);
          return found.map((one) => one.pid);
        },
        { timeout: 120_000, interval: 100 },
      );
    const first = await all();
    expect(new Set(asked)).toEqual(new Set(["SELECT call_rehearse()"]));
    // All of them have been: nothing is asked of any.
    await pool.ready("SELECT 1 / 0");
    await db.owner.query("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid", [first]);
    for (const pid of await all()) expect(first).not.toContain(pid);
  } finally {
    stop();
    await pool.close();
  }
});

test("one that is lost while it is held until the others are ready takes nothing down with it", async () => {
  const pool = createPool(db.appUrl, () => {}, KEPT, JOBS_WAIT_MS, KEPT);
  let gone = 0;
  pool.whenGone(() => {
    gone += 1;
  });
  try {
    // Each connection ends those before it, which wait for it with nothing to do.
    await pool.ready(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
    );
    await vi.waitFor(() => expect(gone).toBeGreaterThanOrEqual(KEPT - 1), { timeout: 120_000 });
    expect(await pool.query("one", "SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
  } finally {
    await pool.close();
  }
});
