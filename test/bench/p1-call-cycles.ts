import { randomInt, randomUUID } from "node:crypto";

import { connectDb } from "@/server/infra/db/client";
import { createPool, type SqlPool } from "@/server/infra/db/pool";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const WALLETS = 10_000;
const CONNECTIONS = 16;
const SECONDS = 8;

/** P1: a call's money from authorisation to charge, durable, as call control does it. Anchors: an ORM, and bare SQL. */
export async function callCycles(): Promise<Figure[]> {
  const db = await benchDatabase();
  try {
    await fill(db);
    const pool = createPool(db.appUrl, () => {}, CONNECTIONS);
    await rate(() => cycle(pool), 2);
    const measured = await rate(() => cycle(pool));
    const ceiling = await rate(() => bare(pool));
    await pool.close();
    const orm = await ormRate(db);
    const reached = measured >= 5_000 && measured >= 5 * orm;
    return [
      {
        id: "P1",
        what: `call cycles/s, authorise + settle, ${WALLETS} wallets, durable`,
        measured: round(measured, 0),
        unit: "/s",
        reach: "≥ 5 000 and ≥ 5 × ORM",
        reached,
        anchor: `ORM transaction ${round(orm, 0)}/s, two bare UPDATEs ${round(ceiling, 0)}/s`,
      },
    ];
  } finally {
    await db.stop();
  }
}

async function fill({ owner, operatorId }: BenchDatabase): Promise<void> {
  const { rows } = await owner.query(
    "INSERT INTO plan (tenant_id, name, currency) VALUES ($1, 'bench', 'EUR') RETURNING id",
    [operatorId],
  );
  const plan = (rows[0] as { id: string }).id;
  await owner.query(
    `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, first_seconds, next_seconds, valid)
     SELECT $1, $2, (1000 + g)::text, 12500, 60, 6, tstzrange('2020-01-01', NULL) FROM generate_series(0, 8999) g`,
    [operatorId, plan],
  );
  await owner.query(
    `SELECT tenant_create('bench' || g || 'x', 'Bench', 'customer', 'EUR', 'UTC', 'DE', $1) FROM generate_series(1, ${WALLETS}) g`,
    [plan],
  );
  await owner.query(
    "INSERT INTO extension (tenant_id, number, display_name, sip_username) SELECT id, '101', 'Bench', slug || '-101' FROM tenant WHERE kind = 'customer'",
  );
  await owner.query(
    "SELECT wallet_post(id, 'top_up', 100000000000, 'EUR', 'bench', 'payments', '', 'bench', NULL) FROM tenant WHERE kind = 'customer'",
  );
  await owner.query(
    "CREATE TABLE bare_wallet (id int PRIMARY KEY, posted bigint NOT NULL, held bigint NOT NULL) WITH (fillfactor = 70)",
  );
  await owner.query(`INSERT INTO bare_wallet SELECT g, 100000000000, 0 FROM generate_series(1, ${WALLETS}) g`);
  await owner.query("GRANT SELECT, UPDATE ON bare_wallet TO portal_app");
  // Not the calls: a planner that has seen that table empty would read it whole from then on.
  await owner.query("VACUUM ANALYZE tenant, tenant_below, wallet, rate, extension, destination, bare_wallet");
}

const someWallet = () => 1 + randomInt(WALLETS);

async function cycle(pool: SqlPool): Promise<void> {
  const call = randomUUID();
  await pool.query(
    "bench_authorise",
    "SELECT * FROM call_authorise('bench', $1, $2, $3, 'external', $3, 'DE', '', now())",
    [call, `bench${someWallet()}x-101`, "493012345678"],
  );
  await pool.query(
    "bench_settle",
    "SELECT call_settle('bench', $1, 47000, now(), NULL, NULL, 16, 'caller', 'hangup')",
    [call],
  );
}

async function bare(pool: SqlPool): Promise<void> {
  const id = someWallet();
  await pool.query("bench_hold", "UPDATE bare_wallet SET held = held + 1 WHERE id = $1 AND posted - held >= 1", [id]);
  await pool.query("bench_charge", "UPDATE bare_wallet SET held = held - 1, posted = posted - 1 WHERE id = $1", [id]);
}

/** The same two steps written with an ORM's interactive transactions, on a wallet, a hold and a ledger row. */
async function ormRate(db: BenchDatabase): Promise<number> {
  await db.owner.query(
    "CREATE TABLE orm_entry (id uuid PRIMARY KEY, wallet int NOT NULL, amount bigint NOT NULL, state text NOT NULL)",
  );
  await db.owner.query("GRANT SELECT, INSERT, UPDATE ON orm_entry TO portal_app");
  const orm = connectDb(db.appUrl, CONNECTIONS);
  const result = await rate(async () => {
    const wallet = someWallet();
    const id = randomUUID();
    await orm.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM bare_wallet WHERE id = ${wallet} FOR UPDATE`;
      await tx.$executeRaw`UPDATE bare_wallet SET held = held + 10 WHERE id = ${wallet}`;
      await tx.$executeRaw`INSERT INTO orm_entry VALUES (${id}::uuid, ${wallet}, 10, 'held')`;
    });
    await orm.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM bare_wallet WHERE id = ${wallet} FOR UPDATE`;
      await tx.$executeRaw`UPDATE bare_wallet SET held = held - 10, posted = posted - 10 WHERE id = ${wallet}`;
      await tx.$executeRaw`UPDATE orm_entry SET state = 'charged' WHERE id = ${id}::uuid`;
    });
  });
  await orm.$disconnect();
  return result;
}

async function rate(work: () => Promise<void>, seconds = SECONDS): Promise<number> {
  let done = 0;
  const end = Date.now() + seconds * 1000;
  const loop = async () => {
    while (Date.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  return done / seconds;
}
