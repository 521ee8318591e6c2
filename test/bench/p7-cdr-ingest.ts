import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { Client } from "pg";

import { cdrOptionsSchema, PART_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";
import { type ImportResult, resultSchema } from "@/server/domain/cdr-import/import-progress";
import { createPool, type SqlPool } from "@/server/infra/db/pool";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantContext } from "@/workers/processors/types";
import { importCdr } from "@/workers/tasks/import-cdr";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const ROWS = 40_000;
const ANCHOR_SECONDS = 4;
const LONG_ROWS = 500_000;
const MOST_MB = 100;
const T0 = Date.UTC(2026, 0, 5);

/**
 * P7: files of call records from their compressed content to compared, indexed rows in the database, durable. A PBX's file
 * finds its calls by id; a carrier's by number and time, and its cost is held against what was taken for each call. Every
 * thousandth record differs. A file of half a million lines must not take memory as it grows. Anchor: one INSERT at a time, as the PBX's own module for this database does it.
 */
export async function cdrIngest(): Promise<Figure[]> {
  const db = await benchDatabase();
  const pool = createPool(db.appUrl, () => {}, 4);
  try {
    await fill(db);
    const master = await timed(db, pool, "master", masterFile());
    const carrier = await timed(db, pool, "carrier", carrierFile());
    const grown = await grownBy(db, pool);
    const anchor = await oneAtATime(db);
    return [
      figureOf("PBX's file, records/s: read, matched by id, compared, indexed", master, anchor),
      figureOf("carrier's file, records/s: read, best match, priced against ours, indexed", carrier, anchor),
      {
        id: "P7",
        what: `memory that a file of ${LONG_ROWS} lines grew by`,
        measured: round(grown),
        unit: "MB",
        reach: `≤ ${MOST_MB} MB`,
        reached: grown <= MOST_MB,
      },
    ];
  } finally {
    await pool.close();
    await db.stop();
  }
}

const figureOf = (what: string, measured: number, anchor: number): Figure => ({
  id: "P7",
  what,
  measured: round(measured, 0),
  unit: "/s",
  reach: "≥ 20 000",
  reached: measured >= 20_000,
  anchor: `one INSERT at a time ${round(anchor, 0)}/s`,
});

/** Calls as they are when they were charged: with their holds, at two levels. */
async function fill({ owner, operatorId }: BenchDatabase): Promise<void> {
  await owner.query("SELECT tenant_create('seller', 'Seller', 'reseller', 'EUR', 'UTC', 'DE', NULL)");
  const { rows } = await owner.query<{ id: string; wallet: string }>(
    "SELECT t.id, w.id AS wallet FROM tenant t JOIN wallet w ON w.tenant_id = t.id WHERE t.slug = 'seller'",
  );
  const [seller] = rows;
  await owner.query(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, to_e164, country, state, outcome, started_at, answered_at, ended_at, talk_ms, billed_seconds,
       cost_micros, currency, source)
     SELECT $1, 'pbx1', 'pbx1-1767571200.' || g, 'external', '49301' || lpad((g % 50000)::text, 6, '0'), '49301' || lpad((g % 50000)::text, 6, '0'), 'DE', 'ended', 'answered', to_timestamp($2::float8 + g * 10),
       to_timestamp($2::float8 + g * 10 + 3), to_timestamp($2::float8 + g * 10 + 63), 60000, 60, 12500, 'EUR', 'hangup' FROM generate_series(0, $3::int - 1) g`,
    [seller?.id, T0 / 1000, ROWS],
  );
  await owner.query(
    `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros,
       first_seconds, next_seconds, grace_seconds, billed_seconds, charged_micros)
     SELECT tenant_id, id, tenant_id, 0, $1, 'charged', 12500, 'bench', '49', 12500, 0, 60, 60, 0, 60, 12500 FROM call`,
    [seller?.wallet],
  );
  await owner.query("VACUUM ANALYZE call, hold");
  await owner.query(
    `INSERT INTO task (tenant_id, kind, title, created_by) VALUES ($1, 'cdr.import', 'Bench', 'bench')`,
    [operatorId],
  );
}

const isOdd = (i: number) => i % 1_000 === 7;
const clock = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function masterFile(): string {
  const lines: string[] = [];
  for (let i = 0; i < ROWS; i += 1) {
    const start = T0 + i * 10_000;
    const talk = isOdd(i) ? 75 : 60;
    lines.push(
      `"","101","49301${String(i % 50_000).padStart(6, "0")}","ringfence-phone","""Front door"" <101>","PJSIP/seller-101-00000001","PJSIP/carrier-00000002","Dial","PJSIP/493012345678@carrier,60","${clock(start)}","${clock(start + 3_000)}","${clock(start + 3_000 + talk * 1000)}","${talk + 3}","${talk}","ANSWERED","DOCUMENTATION","pbx1-1767571200.${i}","out:x","","pbx1-1767571200.${i}","${i}"`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function carrierFile(): string {
  const lines = ["Start,From,Called Number,Billed Seconds,Cost,Currency,Call ID"];
  for (let i = 0; i < ROWS; i += 1) {
    const start = new Date(T0 + i * 10_000 + 3_000).toISOString();
    lines.push(
      `${start},4930555,+49301${String(i % 50_000).padStart(6, "0")},60,${isOdd(i) ? "0.02" : "0.008"},EUR,c-${i}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

async function timed(db: BenchDatabase, pool: SqlPool, format: "master" | "carrier", content: string): Promise<number> {
  const importId = await send(db, format, [gzipSync(content, { level: 1 })]);
  const began = performance.now();
  const result = await read(db, pool, importId);
  const seconds = (performance.now() - began) / 1000;
  const found = Object.values(result.found)
    .flatMap((kind) => Object.values(kind))
    .reduce((sum, one) => sum + one.count, 0);
  if (result.records !== ROWS || result.matched !== ROWS || found !== ROWS / 1_000) {
    throw new Error(`not what was planted: ${JSON.stringify(result)}`);
  }
  return ROWS / seconds;
}

/** Half a million unanswered attempts of which there is no call, on trial: everything is read and nothing is kept. */
async function grownBy(db: BenchDatabase, pool: SqlPool): Promise<number> {
  const options = { expectAll: false, anyway: true, dryRun: true };
  const importId = await send(db, "master", Readable.from(attempts()).pipe(createGzip({ level: 1 })), options);
  const before = process.memoryUsage().rss;
  let most = before;
  const result = await read(db, pool, importId, () => {
    most = Math.max(most, process.memoryUsage().rss);
  });
  if (result.records !== LONG_ROWS) throw new Error(`not what was planted: ${JSON.stringify(result)}`);
  return (most - before) / 1_048_576;
}

function* attempts(): Generator<string> {
  for (let i = 0; i < LONG_ROWS; i += 1) {
    const at = clock(T0 + i * 1_000);
    yield `"","101","493012345678","ringfence-phone","x","PJSIP/seller-101-00000001","PJSIP/carrier-00000002","Dial","x","${at}","","${at}","3","0","NO ANSWER","DOCUMENTATION","long-${i}","out:x","","long-${i}","${i}"\n`;
  }
}

async function read(db: BenchDatabase, pool: SqlPool, importId: string, look = () => {}): Promise<ImportResult> {
  const context = { pool, ami: undefined, log: silentLogger, pbx: "pbx1" } as unknown as TenantContext;
  const { rows } = await db.owner.query<{ id: string }>("UPDATE task SET state = 'queued' RETURNING id");
  const runner = "00000000-0000-4000-8000-000000000001";
  await pool.query("bench_take", "SELECT * FROM task_take($1, $2)", [rows[0]?.id, runner]);
  const report = async (given: { done?: number; checkpoint?: unknown }) => {
    look();
    const values = [rows[0]?.id, runner, given.done ?? null, JSON.stringify(given.checkpoint ?? null)];
    await pool.query("bench_report", "SELECT task_report($1, $2, $3, NULL, NULL, $4)", values);
  };
  const run = { taskId: "", input: { importId }, checkpoint: null, createdBy: "bench", report };
  return resultSchema.parse(await importCdr(run, context));
}

async function send(
  { owner, operatorId }: BenchDatabase,
  format: string,
  zipped: AsyncIterable<Buffer> | Iterable<Buffer>,
  more: object = {},
): Promise<string> {
  const source = format === "master" ? "pbx1" : "wholesale";
  const options = cdrOptionsSchema.parse({ format, source, ...more });
  const { rows } = await owner.query<{ id: string }>(
    "INSERT INTO cdr_import (tenant_id, format, source, file_name, bytes, options, created_by) VALUES ($1, $2, $3, 'bench.csv', 1, $4, 'bench') RETURNING id",
    [operatorId, format, source, JSON.stringify(options)],
  );
  const id = rows[0]?.id ?? "";
  let parts = 0;
  for await (const chunk of zipped) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) {
      const part = chunk.subarray(at, at + PART_BYTES);
      await owner.query("INSERT INTO cdr_import_part VALUES ($1, $2, $3, $4)", [operatorId, id, parts, part]);
      parts += 1;
    }
  }
  await owner.query("UPDATE cdr_import SET parts = $2 WHERE id = $1", [id, parts]);
  return id;
}

/** The same columns and indexes, filled by a prepared statement for each record. */
async function oneAtATime({ owner, appUrl, operatorId }: BenchDatabase): Promise<number> {
  await owner.query("CREATE TABLE bench_cdr (LIKE cdr_row INCLUDING DEFAULTS INCLUDING INDEXES)");
  await owner.query("GRANT INSERT ON bench_cdr TO portal_app");
  const client = new Client({ connectionString: appUrl });
  await client.connect();
  const text = `INSERT INTO bench_cdr (tenant_id, key, import_id, line, call_key, started_at, ended_at, talk_ms, dialled)
    VALUES ($1, gen_random_uuid(), $1, $2, $3, now(), now(), 60000, '493012345678')`;
  let done = 0;
  for (const end = Date.now() + ANCHOR_SECONDS * 1000; Date.now() < end; done += 1) {
    await client.query({ name: "bench_cdr", text, values: [operatorId, done, `pbx1-${done}`] });
  }
  await client.end();
  return done / ANCHOR_SECONDS;
}
