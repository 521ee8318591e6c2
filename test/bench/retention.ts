import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { createPool, type SqlPool } from "@/server/infra/db/pool";
import { builders } from "@/test/support/builders";
import { ownContext } from "@/test/support/task-context";
import { SettleWriter } from "@/workers/calls/settle-writer";
import { fileCalls } from "@/workers/retention/file-calls";
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

/** So many of each size are removed, to say what all would take. */
const PLAIN_FILES = 2;

/** Calls that are moved into their months while others are authorised. */
const FILED = 20_000;

type Authorised = ReturnType<typeof callsOf>;
type Measured = Readonly<{ seconds: number; times: readonly number[] }>;

/** Expired rows dropped by the month, and calls filed into months, while calls are authorised at a steady pace, and what the calls notice. */
export async function retention(): Promise<Figure[]> {
  const rows = rowsAsked();
  const db = await benchDatabase();
  const pool = createPool(db.appUrl, () => {}, 8);
  const context = ownContext(db.appUrl, db.operatorId);
  try {
    const endpoint = await fillCallers(db);
    await fillEvents(db, rows);
    await fillRecords(db, rows);
    const calls = callsOf(pool, endpoint);
    await context.db.$queryRaw`SELECT 1`;
    await calls.during(() => pause(2_000));
    const quiet = await calls.during(() => pause(5_000));
    const sweep = async (of: "security_events" | "calls", table: string) => {
      const plain = await plainFiles(db, of === "calls" ? "call_record" : "security_event");
      let removed = 0n;
      const measured = await busy(calls, async () => {
        removed = (await sweepClass(context, of)).removed;
      });
      const { rows: left } = await db.owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
      return { ...measured, plain, whole: removed === BigInt(rows) && left[0]?.n === 0 };
    };
    const events = await sweep("security_events", "security_event");
    const records = await sweep("calls", "call_record WHERE filed IS NOT NULL");
    await fillToFile(db);
    const filing = await busy(calls, () => fileCalls(context));
    return [
      dropped(`${rows} expired events`, rows, events),
      meanwhile("events went", quiet, events),
      dropped(`${rows} expired call records`, rows, records),
      meanwhile("call records went", quiet, records),
      meanwhile(`${FILED} calls were filed in ${round(filing.seconds, 0)} s`, quiet, filing),
    ];
  } finally {
    await Promise.all([pool.close(), context.pool.close(), context.db.$disconnect()]);
    await db.stop();
  }
}

/** What the file system itself wants for as much: files of the size of a month each, written, and removed. */
async function plainFiles({ owner }: BenchDatabase, table: string): Promise<string> {
  const { rows } = await owner.query<{ bytes: number; months: number }>(
    `SELECT max(pg_total_relation_size(c.oid))::float8 AS bytes, count(*)::int AS months
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass AND c.relnamespace = 'months'::regnamespace AND pg_relation_size(c.oid) > 0`,
    [table],
  );
  const { bytes = 0, months = 0 } = rows[0] ?? {};
  const file = path.join(tmpdir(), "ringfence-bench-plain");
  let seconds = 0;
  for (let n = 0; n < PLAIN_FILES; n += 1) {
    execFileSync("dd", [
      "if=/dev/urandom",
      `of=${file}`,
      "bs=1M",
      `count=${Math.ceil(bytes / (1 << 20))}`,
      "conv=fsync",
      "status=none",
    ]);
    const began = performance.now();
    unlinkSync(file);
    seconds += (performance.now() - began) / 1_000 / PLAIN_FILES;
  }
  const size = `${months} plain files of ${round(bytes / 1e6, 0)} MB`;
  return `${size} are removed in ${round(seconds * months, 2)} s`;
}

async function busy(calls: Authorised, work: () => Promise<unknown>): Promise<Measured> {
  let seconds = 0;
  // Connections that nobody used meanwhile were closed: what new ones have to learn is no matter of retention.
  await calls.during(() => pause(2_000));
  const times = await calls.during(async () => {
    const began = performance.now();
    await work();
    seconds = (performance.now() - began) / 1_000;
    await pause(500);
  });
  return { seconds, times };
}

type Swept = Measured & Readonly<{ whole: boolean; plain: string }>;

const dropped = (what: string, rows: number, { seconds, whole, plain }: Swept): Figure => ({
  id: "retention",
  what: `${what} let go by the month${whole ? "" : "; NOT ALL"}`,
  measured: round(seconds, 2),
  unit: "s",
  reach: "≤ 5 s of 10 million",
  // Fewer rows prove nothing about ten million.
  reached: whole && rows >= 10_000_000 && seconds <= 5,
  anchor: plain,
});

function meanwhile(what: string, quiet: readonly number[], { times }: Measured): Figure {
  const p99 = (of: readonly number[]) => round(quantile(of, 0.99));
  return {
    id: "retention",
    what: `authorisation while ${what}, ${PER_SECOND}/s, p99 (longest ${round(times.at(-1) ?? 0)} ms)`,
    measured: p99(times),
    unit: "ms",
    reach: "≤ 2 × quiet, or ≤ 10 ms",
    reached: p99(times) <= Math.max(10, 2 * p99(quiet)),
    anchor: `quiet: p50 ${round(quantile(quiet, 0.5))} ms, p99 ${p99(quiet)} ms, longest ${round(quiet.at(-1) ?? 0)} ms`,
  };
}

/** Ten customers who are quiet, and one who calls; the endpoint that calls. */
async function fillCallers({ owner, operatorId }: BenchDatabase): Promise<string> {
  const make = builders({ owner });
  const operator = { tenantId: operatorId, slug: "operator" };
  const plan = await make.plan(operator, { "49": { perMinute: 12_500n, first: 60, next: 6 } });
  for (let n = 0; n < 10; n += 1) await make.tenant("customer", operator, { slug: `quiet-${n}` });
  const caller = await make.tenant("customer", operator, { slug: "caller" });
  await make.assign(caller, plan);
  await make.topUp(caller, 100_000_000_000n);
  await make.sql("UPDATE tenant SET max_calls = 1000, max_calls_per_minute = 100000 WHERE id = $1", [caller.tenantId]);
  const { endpoint } = await make.phone(caller, "101", { maxCalls: 100 });
  return endpoint;
}

const quietOnes =
  "JOIN (SELECT id, row_number() OVER () - 1 AS n FROM tenant WHERE slug LIKE 'quiet-%') t ON t.n = g % 10";

/** A year of months, all of them over, as a scan of names leaves them. */
async function fillEvents({ owner, toDisk }: BenchDatabase, rows: number): Promise<void> {
  await owner.query(
    "SELECT month_make('security_event', date_trunc('month', now()) - n * interval '1 month') FROM generate_series(5, 16) n",
  );
  const indexes = await withoutIndexes(owner, "security_event");
  await monthByMonth(
    owner,
    `INSERT INTO security_event (tenant_id, at, type, username, address, transport)
     SELECT t.id, date_trunc('month', now()) - (5 + g % 12) * interval '1 month' + (g % 2000000) * interval '1 second', 'InvalidPassword', 'caller-' || g % 1000, '198.51.100.7', 'UDP'
     FROM generate_series($1::int, $2::int, 12) g ${quietOnes}`,
    rows,
  );
  for (const made of indexes) await owner.query(made);
  await owner.query("VACUUM ANALYZE security_event");
  await toDisk();
}

const TRACE = JSON.stringify([
  { ok: true, gate: "extension", limit: "active", value: "active" },
  { ok: true, gate: "destination", limit: "open", value: "DE" },
  { ok: false, gate: "day", limit: "5000000", value: "5010000" },
]);

/** As many records of calls that were refused, in the months of a year that nobody needs any more. */
async function fillRecords({ owner, operatorId, toDisk }: BenchDatabase, rows: number): Promise<void> {
  await owner.query("SELECT set_config('app.tenant_id', $1, false)", [operatorId]);
  await owner.query("SELECT retention_set($1, 'calls', 'delete', 200, 'bench')", [operatorId]);
  await owner.query(
    "SELECT month_make('call_record', date_trunc('month', now(), 'UTC') - n * interval '1 month') FROM generate_series(10, 21) n",
  );
  const indexes = await withoutIndexes(owner, "call_record");
  await insertCalls(
    owner,
    rows,
    "(date_trunc('month', now() AT TIME ZONE 'UTC') - (10 + g % 12) * interval '1 month' + (g % 2000000) * interval '1 second') AT TIME ZONE 'UTC'",
    "to_char(x.at AT TIME ZONE 'UTC', 'YYYY-MM')",
  );
  for (const made of indexes) await owner.query(made);
  // As the server does by itself in the weeks before.
  await owner.query("VACUUM ANALYZE call_record");
  await toDisk();
}

/**
 * Takes the indexes that no constraint needs from a table: row by row into them takes minutes for a million, whole they are made in
 * seconds.
 * @returns the statements that make them again.
 */
async function withoutIndexes(owner: BenchDatabase["owner"], table: string): Promise<readonly string[]> {
  await owner.query("SET maintenance_work_mem = '1GB'");
  const { rows } = await owner.query<{ name: string; made: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i
     WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
    [table],
  );
  for (const { name } of rows) await owner.query(`DROP INDEX ${name}`);
  return rows.map(({ made }) => made);
}

const fillToFile = ({ owner }: BenchDatabase) =>
  insertCalls(owner, FILED, "now() - interval '80 days' + g * interval '1 second'", "NULL");

/** The statement for each twelfth of the rows: the trees of one month stay in memory, those of a year do not. */
async function monthByMonth(owner: BenchDatabase["owner"], statement: string, rows: number): Promise<void> {
  for (let month = 1; month <= 12; month += 1) await owner.query(statement, [month, rows]);
}

/** Neither triggers nor sums: they are another subject. */
async function insertCalls(owner: BenchDatabase["owner"], rows: number, at: string, filed: string): Promise<void> {
  await owner.query("SET session_replication_role = replica; SET synchronous_commit = off");
  await monthByMonth(
    owner,
    `INSERT INTO call_record (tenant_id, id, pbx, pbx_call_id, extension_number, extension_name, kind, dialled, to_e164, country, source_address, state, outcome, reason,
       started_at, ended_at, talk_ms, billed_seconds, cost_micros, currency, trace, filed)
     SELECT t.id, gen_random_uuid(), 'bench', gen_random_uuid(), '101', 'Front door', 'external', '030' || g, '4930' || g, 'DE', '198.51.100.7', 'ended', 'blocked', 'CAP-01',
       x.at, x.at, 0, 0, 0, 'EUR', '${TRACE}'::jsonb, ${filed}
     FROM generate_series($1::int, $2::int, 12) g ${quietOnes} CROSS JOIN LATERAL (SELECT ${at} AS at) x`,
    rows,
  );
  await owner.query("SET session_replication_role = origin; SET synchronous_commit = on");
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
