import { randomUUID } from "node:crypto";

import { connectDb } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { BenchDatabase } from "./database";

/**
 * Other ways to hold and charge money, on tables that have what these ways need and nothing else: neither prices nor gates
 * nor a record of the call. Wallets are numbered from 1; 0 is whoever earns.
 */
export async function anchorTables({ owner }: BenchDatabase, wallets: number): Promise<void> {
  await owner.query(`
    CREATE TABLE bare_wallet (id int PRIMARY KEY, posted bigint NOT NULL, held bigint NOT NULL, version bigint NOT NULL DEFAULT 0) WITH (fillfactor = 70);
    INSERT INTO bare_wallet SELECT g, 100000000000, 0 FROM generate_series(0, ${wallets}) g;
    CREATE TABLE orm_hold (id uuid PRIMARY KEY, wallet int NOT NULL, amount bigint NOT NULL, state text NOT NULL);
    CREATE TABLE orm_entry (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), wallet int NOT NULL, amount bigint NOT NULL, balance bigint NOT NULL);
    CREATE TABLE pair_transfer (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), from_id int NOT NULL REFERENCES bare_wallet, to_id int NOT NULL REFERENCES bare_wallet, amount bigint NOT NULL);
    CREATE TABLE pair_entry (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), wallet int NOT NULL REFERENCES bare_wallet, transfer_id uuid NOT NULL REFERENCES pair_transfer,
      amount bigint NOT NULL, before bigint NOT NULL, after bigint NOT NULL, version bigint NOT NULL);
    CREATE INDEX ON pair_entry (wallet, version);
    CREATE FUNCTION pair_post(p_from int, p_to int, p_amount bigint) RETURNS uuid LANGUAGE plpgsql AS $fn$
    DECLARE f bare_wallet; t bare_wallet; v_id uuid;
    BEGIN
      PERFORM FROM bare_wallet WHERE id IN (p_from, p_to) ORDER BY id FOR UPDATE;
      INSERT INTO pair_transfer (from_id, to_id, amount) VALUES (p_from, p_to, p_amount) RETURNING id INTO v_id;
      UPDATE bare_wallet SET posted = posted - p_amount, version = version + 1 WHERE id = p_from AND posted >= p_amount RETURNING * INTO f;
      IF NOT FOUND THEN RAISE 'not enough'; END IF;
      UPDATE bare_wallet SET posted = posted + p_amount, version = version + 1 WHERE id = p_to RETURNING * INTO t;
      INSERT INTO pair_entry (wallet, transfer_id, amount, before, after, version)
        VALUES (p_from, v_id, -p_amount, f.posted + p_amount, f.posted, f.version), (p_to, v_id, p_amount, t.posted - p_amount, t.posted, t.version);
      RETURN v_id;
    END $fn$;
    GRANT SELECT, INSERT, UPDATE ON bare_wallet, orm_hold, orm_entry, pair_transfer, pair_entry TO portal_app`);
  await owner.query("VACUUM ANALYZE bare_wallet");
}

/** A hold and a charge as an ORM's interactive transactions do them. */
export function ormCycle(url: string, connections: number) {
  const orm = connectDb(url, connections);
  const cycle = async (wallet: number) => {
    const id = randomUUID();
    await orm.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT posted, held FROM bare_wallet WHERE id = ${wallet} FOR UPDATE`;
      await tx.$executeRaw`UPDATE bare_wallet SET held = held + 10 WHERE id = ${wallet}`;
      await tx.$executeRaw`INSERT INTO orm_hold VALUES (${id}::uuid, ${wallet}, 10, 'open')`;
    });
    await charge(wallet, id);
  };
  const charge = (wallet: number, hold?: string) =>
    orm.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT posted, held FROM bare_wallet WHERE id = ${wallet} FOR UPDATE`;
      const held = hold === undefined ? 0 : 10;
      await tx.$executeRaw`UPDATE bare_wallet SET held = held - ${held}, posted = posted - 10 WHERE id = ${wallet}`;
      if (hold !== undefined) await tx.$executeRaw`UPDATE orm_hold SET state = 'charged' WHERE id = ${hold}::uuid`;
      await tx.$executeRaw`INSERT INTO orm_entry (wallet, amount, balance) VALUES (${wallet}, -10, 0)`;
    });
  return { cycle, charge: (wallet: number) => charge(wallet), close: () => orm.$disconnect() };
}

/** A hold and a charge as two double entries, each one call of a function: to an account of one's own, and on from there. */
export async function pairCycle(pool: SqlPool, wallet: number, holding: number): Promise<void> {
  const text = "SELECT pair_post($1, $2, 10)";
  await pool.query("bench_pair", text, [wallet, holding]);
  await pool.query("bench_pair", text, [holding, wallet]);
}

/** The least there can be: two guarded statements on one row. */
export async function bareCycle(pool: SqlPool, wallet: number): Promise<void> {
  const hold = "UPDATE bare_wallet SET held = held + 1 WHERE id = $1 AND posted - held >= 1";
  await pool.query("bench_hold", hold, [wallet]);
  const charge = "UPDATE bare_wallet SET held = held - 1, posted = posted - 1 WHERE id = $1";
  await pool.query("bench_charge", charge, [wallet]);
}

/** How often a second this is done, by so many at once. */
export async function rateOf(work: () => Promise<unknown>, atOnce: number, seconds: number): Promise<number> {
  let done = 0;
  const end = performance.now() + seconds * 1_000;
  const loop = async () => {
    while (performance.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return done / seconds;
}
