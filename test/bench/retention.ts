import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { createPool, type SqlPool } from "@/server/infra/db/pool";
import { builders } from "@/test/support/builders";
import { ownContext } from "@/test/support/task-context";
import { SettleWriter } from "@/workers/calls/settle-writer";
import { sweepClass } from "@/workers/retention/sweep-class";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, quantile, round } from "./figure";
import { endOf } from "./p1-call-cycles";

const ROWS = 1_000_000;
const PER_SECOND = 50;

/** Of so many with `--rows=10000000`: takes some gigabytes. */
const rowsAsked = (): number => {
  const typed = process.argv.find((argument) => argument.startsWith("--rows="))?.slice("--rows=".length);
  return typed === undefined ? ROWS : Number(typed);
};

/** Expired security events dropped by the month while calls are authorised at a steady pace, and what the calls notice. */
export async function retention(): Promise<Figure[]> {
  const rows = rowsAsked();
  const db = await benchDatabase();
  const pool = createPool(db.appUrl, () => {}, 8);
  const context = ownContext(db.appUrl, db.operatorId);
  try {
    const endpoint = await fill(db, rows);
    const calls = callsOf(pool, endpoint);
    await calls.during(() => pause(2_000));
    const quiet = await calls.during(() => pause(5_000));
    let removed = 0n;
    const began = performance.now();
    let seconds = 0;
    const busy = await calls.during(async () => {
      removed = (await sweepClass(context, "security_events")).removed;
      seconds = (performance.now() - began) / 1_000;
      await pause(500);
    });
    const left = await db.owner.query<{ n: number }>("SELECT count(*)::int AS n FROM security_event");
    const whole = removed === BigInt(rows) && left.rows[0]?.n === 0;
    const p99 = (times: readonly number[]) => round(quantile(times, 0.99));
    return [
      {
        id: "retention",
        what: `${rows} expired events let go by the month${whole ? "" : "; NOT ALL"}`,
        measured: round(seconds, 2),
        unit: "s",
        reach: "≤ 5 s of 10 million",
        reached: whole && seconds <= 5,
        anchor: `the same in batches would be ${Math.ceil(rows / 2_000)} of them`,
      },
      {
        id: "retention",
        what: `authorisation meanwhile, ${PER_SECOND}/s, p99 (longest ${round(busy.at(-1) ?? 0)} ms)`,
        measured: p99(busy),
        unit: "ms",
        reach: "≤ 2 × quiet, or ≤ 10 ms",
        reached: p99(busy) <= Math.max(10, 2 * p99(quiet)),
        anchor: `quiet: p50 ${round(quantile(quiet, 0.5))} ms, p99 ${p99(quiet)} ms, longest ${round(quiet.at(-1) ?? 0)} ms`,
      },
    ];
  } finally {
    await Promise.all([pool.close(), context.pool.close(), context.db.$disconnect()]);
    await db.stop();
  }
}

/** A year of months, all of them over; the events of one customer of ten, as a scan of names leaves them. */
async function fill({ owner, operatorId }: BenchDatabase, rows: number): Promise<string> {
  const make = builders({ owner });
  const operator = { tenantId: operatorId, slug: "operator" };
  const plan = await make.plan(operator, { "49": { perMinute: 12_500n, first: 60, next: 6 } });
  for (let n = 0; n < 10; n += 1) await make.tenant("customer", operator, { slug: `quiet-${n}` });
  const caller = await make.tenant("customer", operator, { slug: "caller" });
  await make.assign(caller, plan);
  await make.topUp(caller, 100_000_000_000n);
  await make.sql("UPDATE tenant SET max_calls = 1000, max_calls_per_minute = 100000 WHERE id = $1", [caller.tenantId]);
  const { endpoint } = await make.phone(caller, "101", { maxCalls: 100 });
  await owner.query(
    "SELECT month_make('security_event', date_trunc('month', now()) - n * interval '1 month') FROM generate_series(5, 16) n",
  );
  await owner.query(
    `INSERT INTO security_event (tenant_id, at, type, username, address, transport)
     SELECT t.id, date_trunc('month', now()) - (5 + g % 12) * interval '1 month' + (g % 2000000) * interval '1 second', 'InvalidPassword', 'caller-' || g % 1000, '198.51.100.7', 'UDP'
     FROM generate_series(1, $1::int) g JOIN (SELECT id, row_number() OVER () - 1 AS n FROM tenant WHERE slug LIKE 'quiet-%') t ON t.n = g % 10`,
    [rows],
  );
  await owner.query("VACUUM ANALYZE security_event");
  await owner.query("CHECKPOINT");
  return endpoint;
}

function callsOf(pool: SqlPool, endpoint: string) {
  const writer = new SettleWriter(pool);
  const text =
    "SELECT * FROM call_authorise('bench', $1, $2, '493012345678', 'external', '493012345678', 'DE', '', now(), 'normal')";
  const one = async (): Promise<number> => {
    const call = randomUUID();
    const began = performance.now();
    const [verdict] = await pool.query<{ kind: string; code: string }>("bench_authorise", text, [call, endpoint]);
    const took = performance.now() - began;
    if (verdict?.kind !== "out") throw new Error(`refused: ${verdict?.code}`);
    await writer.write(endOf("bench", call));
    return took;
  };
  return {
    /** Authorises at the pace until the work is done; the times in milliseconds, shortest first. */
    during: async (work: () => Promise<unknown>): Promise<number[]> => {
      const state = { done: false };
      const times: Promise<number>[] = [];
      const pace = (async () => {
        while (!state.done) {
          times.push(one());
          await pause(1_000 / PER_SECOND);
        }
      })();
      await work();
      state.done = true;
      await pace;
      return (await Promise.all(times)).toSorted((a, b) => a - b);
    },
  };
}
