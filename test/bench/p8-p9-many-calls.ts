import type { CallFilter } from "@/server/domain/calls/call.schema";
import { listCalls } from "@/server/domain/calls/call-list";
import { rebuildUsage } from "@/server/domain/usage/rebuild";
import { readReport } from "@/server/domain/usage/report";
import { connectDb } from "@/server/infra/db/client";
import { createPool } from "@/server/infra/db/pool";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { callerFor } from "@/test/support/caller";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, quantile, round } from "./figure";

const ROWS = 10_000_000;
const DAYS = 30;
const DAY_MS = 86_400_000;
/** The first day; the thirty lie wholly in the past, and all in the table of recent calls. */
const T0 = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS;
const dayOf = (n: number): string => new Date(T0 + n * DAY_MS).toISOString().slice(0, 10);
const ROUNDS = 25;

const rowsAsked = (): number => {
  const typed = process.argv.find((argument) => argument.startsWith("--rows="))?.slice("--rows=".length);
  return typed === undefined ? ROWS : Number(typed);
};

/**
 * P8 and P9 on one customer's ten million calls of thirty days: the list by every filter, on the first page and deep inside,
 * and the whole report of these days, held against the sum over the calls themselves. Anchors: a page by OFFSET, and the
 * aggregate over the raw rows.
 */
export async function manyCalls(): Promise<Figure[]> {
  const rows = rowsAsked();
  const db = await benchDatabase();
  const app = connectDb(db.appUrl, 2);
  const pool = createPool(db.appUrl, () => {}, 2);
  try {
    const { tenantId, slug, userId } = await fill(db, rows);
    const began = performance.now();
    const days = { from: dayOf(0), to: dayOf(DAYS - 1) };
    await rebuildUsage(pool, days, null, async () => {});
    const rebuilt = (performance.now() - began) / 1_000;
    await db.owner.query("VACUUM ANALYZE usage_quarter, usage_day");
    const read = <T>(work: Parameters<typeof readTenant<T>>[2]) =>
      readTenant(app, { tenantId, subtree: true, patienceMs: 600_000 }, work);
    const caller = callerFor(app, userId);
    const list = await read((tx) => lists(db, { tenantId, rows }, (filter) => listCalls(tx, tenantId, filter)));
    const api = await timesOf(ROUNDS, async (n) => {
      await caller.calls.list({ tenantSlug: slug, ...filters(rows)[n % filters(rows).length]?.[1], limit: 50 });
    });
    const report = () => read((tx) => readReport(tx, tenantId, { period: "custom", ...days }));
    const board = await timesOf(ROUNDS, report);
    const raw = await rawSum(db, tenantId);
    const { total } = await report();
    const same = total.calls === raw.calls && String(total.costMicros) === raw.cost && total.talkMs === raw.talk;
    const equal = same && total.calls === rows;
    const p95 = (times: readonly number[]) => round(quantile(times, 0.95));
    return [
      ...list.map(({ name, times, anchor }) => ({
        id: "P8",
        what: `call list of ${rows} calls, ${name}, p95`,
        measured: p95(times),
        unit: "ms",
        reach: "≤ 5 ms",
        reached: p95(times) <= 5,
        ...(anchor === undefined ? {} : { anchor: `the same page by OFFSET ${round(anchor)} ms` }),
      })),
      {
        id: "P8",
        what: "the same through tRPC, all filters, p95",
        measured: p95(api),
        unit: "ms",
        reach: "≤ 25 ms",
        reached: p95(api) <= 25,
      },
      {
        id: "P9",
        what: `report of ${DAYS} days, all its parts, p95${equal ? ", equal to the raw sum" : "; NOT EQUAL to the raw sum"}`,
        measured: p95(board),
        unit: "ms",
        reach: "≤ 50 ms",
        reached: equal && p95(board) <= 50,
        anchor: `one aggregate of the raw rows ${round(raw.ms, 0)} ms; all sums made anew in ${round(rebuilt, 0)} s`,
      },
    ];
  } finally {
    await Promise.all([app.$disconnect(), pool.close()]);
    await db.stop();
  }
}

async function timesOf(rounds: number, work: (round: number) => Promise<unknown>): Promise<number[]> {
  for (let n = 0; n < 3; n += 1) await work(n);
  const times: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const began = performance.now();
    await work(n);
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b);
}

/** What people filter by: common and rare, one thing and two, a day in the middle, and what matches nothing. */
const filters = (rows: number): readonly (readonly [string, CallFilter])[] => [
  ["unfiltered", {}],
  ["a common outcome", { outcome: "answered" }],
  ["a rare outcome", { outcome: "blocked" }],
  ["a rare reason", { reason: "LIM-02" }],
  ["an extension", { extensionId: extensionOf(7) }],
  ["an extension of few calls", { extensionId: extensionOf(RARE) }],
  ["an extension's rare outcome", { extensionId: extensionOf(7), outcome: "blocked" }],
  ["a country", { country: "US" }],
  ["a country of few calls", { country: "AQ" }],
  ["calls from outside", { direction: "in" }],
  ["the dear ones", { minCost: "1.00" }],
  ["the long ones", { minSeconds: 1_800 }],
  ["dear ones to a country", { minCost: "1.00", country: "FR" }],
  ["what costs a little, rarely", { minCost: "0.013" }],
  ["one day of an outcome", { from: dayOf(13), to: dayOf(13), outcome: "busy" }],
  ["a number", { text: `+49 (0)30 ${String(Math.floor(rows / 3)).padStart(8, "0")}` }],
  ["the beginning of many numbers", { text: "030 0000" }],
  ["a number that is not there", { text: "+49 89 12345678901" }],
  ["a part of a name", { text: "Desk" }],
  ["a part that nothing has", { text: "nobody" }],
  ["a call's id", { text: "bench-12345" }],
];

const RARE = 9_999;
const extensionOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

type Listed = Readonly<{ name: string; times: number[]; anchor?: number }>;

async function lists(
  db: BenchDatabase,
  { tenantId, rows }: Readonly<{ tenantId: string; rows: number }>,
  list: (filter: CallFilter) => ReturnType<typeof listCalls>,
): Promise<Listed[]> {
  const found: Listed[] = [];
  for (const [name, filter] of filters(rows)) {
    found.push({ name, times: await timesOf(ROUNDS, () => list({ ...filter, limit: 50 })) });
    // The page after it as well, where there is one.
    const { nextCursor } = await list({ ...filter, limit: 50 });
    if (nextCursor === null) continue;
    found.push({
      name: `${name}, page 2`,
      times: await timesOf(ROUNDS, () => list({ ...filter, limit: 50, cursor: nextCursor })),
    });
  }
  // Nine tenths down: at the end of the list nobody is, and in the middle people are.
  const deep = Math.floor(rows * 0.9);
  const at = BigInt(T0 + Math.floor((1 - 0.9) * DAYS * DAY_MS)) * 1_000n;
  const cursor = `${at}_${extensionOf(0)}`;
  const began = performance.now();
  await db.owner.query("SELECT * FROM call WHERE tenant_id = $1 ORDER BY started_at DESC, id DESC LIMIT 50 OFFSET $2", [
    tenantId,
    deep,
  ]);
  const anchor = performance.now() - began;
  return [
    ...found,
    { name: `page ${deep / 50}`, times: await timesOf(ROUNDS, () => list({ cursor, limit: 50 })), anchor },
  ];
}

async function rawSum(
  { owner }: BenchDatabase,
  tenantId: string,
): Promise<{ calls: number; cost: string; talk: number; ms: number }> {
  const began = performance.now();
  const { rows } = await owner.query<{ calls: string; cost: string; talk: string }>(
    "SELECT count(*) AS calls, sum(cost_micros) AS cost, sum(talk_ms) AS talk FROM call WHERE tenant_id = $1 AND started_at >= $2 AND started_at < $3",
    [tenantId, new Date(T0), new Date(T0 + DAYS * DAY_MS)],
  );
  const [row] = rows;
  return { calls: Number(row?.calls), cost: row?.cost ?? "", talk: Number(row?.talk), ms: performance.now() - began };
}

/** The indexes and triggers of the table step aside for the load, as for a restore of a dump, and come back. */
async function fill(
  { owner, operatorId }: BenchDatabase,
  rows: number,
): Promise<{ tenantId: TenantId; slug: string; userId: string }> {
  const make = builders({ owner });
  const big = await make.tenant("customer", { tenantId: operatorId, slug: "operator" }, { slug: "big" });
  const { id: userId } = await make.one<{ id: string }>(
    "INSERT INTO person (email) VALUES ('bench@test.example') RETURNING id",
  );
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [big.tenantId, userId]);
  const { rows: indexes } = await owner.query<{ name: string; def: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS def FROM pg_index i
     WHERE i.indrelid = 'call'::regclass AND NOT i.indisprimary AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`,
  );
  await owner.query(
    "SET maintenance_work_mem = '1GB'; SET synchronous_commit = off; SET session_replication_role = replica",
  );
  for (const { name } of indexes) await owner.query(`DROP INDEX ${name}`);
  const step = (DAYS * 86_400) / rows;
  await owner.query(
    `INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, from_number, country, state, outcome, reason, started_at,
       answered_at, ended_at, talk_ms, billed_seconds, cost_micros, currency, source)
     SELECT $1, lpad(to_hex(g), 32, '0')::uuid, 'bench', 'bench-' || g, ('00000000-0000-4000-8000-' || lpad(x.extension::text, 12, '0'))::uuid, (100 + x.extension)::text, 'Desk', x.kind,
       '030' || lpad(g::text, 8, '0'), '4930' || lpad(g::text, 8, '0'), CASE x.kind WHEN 'inbound' THEN '+4989' || g % 100000 END, x.country, 'ended', x.outcome, x.reason, x.at,
       CASE x.outcome WHEN 'answered' THEN x.at + interval '4 seconds' END, x.at + interval '90 seconds', CASE x.outcome WHEN 'answered' THEN x.talk ELSE 0 END,
       CASE x.outcome WHEN 'answered' THEN x.talk / 1000 ELSE 0 END, CASE x.outcome WHEN 'answered' THEN x.talk / 7 ELSE 0 END, 'EUR', 'hangup'
     FROM generate_series(0, $3::int - 1) g CROSS JOIN LATERAL (SELECT to_timestamp($2::float8 + g * $4::float8) AS at,
       CASE WHEN g % 20011 = 7 THEN ${RARE} ELSE g % 200 END AS extension, CASE WHEN g % 1009 = 11 THEN 'inbound' ELSE 'external' END AS kind,
       CASE WHEN g % 100003 = 13 THEN 'AQ' ELSE (ARRAY['DE', 'DE', 'DE', 'FR', 'GB', 'US', 'NL', 'PL', 'ES', 'IT', 'AT', 'CH'])[1 + (g / 7) % 12] END AS country,
       CASE WHEN g % 5003 = 17 THEN 2400000 + g % 1000 WHEN g % 3001 = 19 THEN 8000000 ELSE 80000 + g % 9000 END AS talk,
       CASE WHEN g % 1000 = 3 THEN 'blocked' WHEN g % 10 < 6 THEN 'answered' WHEN g % 10 < 8 THEN 'no_answer' WHEN g % 10 = 8 THEN 'busy' ELSE 'failed' END AS outcome,
       CASE WHEN g % 10000 = 3 THEN 'LIM-02' WHEN g % 1000 = 3 THEN 'CAP-01' WHEN g % 10 < 6 THEN NULL WHEN g % 10 < 8 THEN 'FAR-02' WHEN g % 10 = 8 THEN 'FAR-01' ELSE 'NET-02' END AS reason) x`,
    [big.tenantId, T0 / 1_000, rows, step],
  );
  for (const { def } of indexes) await owner.query(def);
  await owner.query("SET session_replication_role = origin");
  await owner.query("VACUUM ANALYZE call");
  return { tenantId: big.tenantId as TenantId, slug: big.slug, userId };
}
