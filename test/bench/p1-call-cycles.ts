import { randomInt, randomUUID } from "node:crypto";

import type { End } from "@/server/domain/calls/call-control";
import { readDialled } from "@/server/domain/rating/dialling.rules";
import { createPool, type SqlPool } from "@/server/infra/db/pool";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";
import { SettleWriter } from "@/workers/calls/settle-writer";
import { anchorTables, bareCycle, ormCycle, pairCycle, rateOf } from "./anchors";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const WALLETS = 10_000;
const CONNECTIONS = 16;
/** Calls on their way at once: ends that come together go to the ledger together, as in the worker. */
const AT_ONCE = 128;
const SECONDS = 8;

/**
 * P1: a call's money from authorisation to charge, durable, as call control does it: every gate, the price at every level,
 * the record and the ledger. Anchors hold and charge an amount that is given, and nothing else.
 */
export async function callCycles(): Promise<Figure[]> {
  const db = await benchDatabase();
  const pool = createPool(db.appUrl, () => {}, CONNECTIONS);
  const orm = ormCycle(db.appUrl, CONNECTIONS);
  try {
    await fill(db);
    await anchorTables(db, WALLETS);
    const cycle = cycleOf(pool);
    await rateOf(cycle, AT_ONCE, 2);
    await db.owner.query("ANALYZE call, hold, ledger_transaction, ledger_entry, spend_day");
    const half = await rateOf(cycle, AT_ONCE, SECONDS / 2);
    const byOrm = await rateOf(() => orm.cycle(someWallet()), CONNECTIONS, SECONDS);
    const byPairs = await rateOf(() => pairCycle(pool, someWallet(), someWallet()), CONNECTIONS, SECONDS);
    const bare = await rateOf(() => bareCycle(pool, someWallet()), CONNECTIONS, SECONDS);
    // Before and after the anchors: others may load this machine.
    const measured = (half + (await rateOf(cycle, AT_ONCE, SECONDS / 2))) / 2;
    const { rows } = await db.owner.query<{ n: number }>("SELECT count(*)::int AS n FROM ledger_check()");
    const sound = rows[0]?.n === 0;
    return [
      {
        id: "P1",
        what: `call cycles/s, authorise + settle, ${WALLETS} wallets, durable; ${sound ? "the ledger adds up" : "THE LEDGER IS OFF"}`,
        measured: round(measured, 0),
        unit: "/s",
        reach: "≥ 5 000 and ≥ 5 × ORM",
        reached: measured >= 5_000 && measured >= 5 * byOrm && sound,
        anchor: `ORM ${round(byOrm, 0)}/s (× ${round(measured / byOrm)}), two double entries ${round(byPairs, 0)}/s, two bare UPDATEs ${round(bare, 0)}/s`,
      },
    ];
  } finally {
    await orm.close();
    await pool.close();
    await db.stop();
  }
}

export async function fill({ owner, operatorId }: BenchDatabase): Promise<void> {
  const { rows } = await owner.query<{ id: string }>(
    "INSERT INTO plan (tenant_id, name, currency) VALUES ($1, 'bench', 'EUR') RETURNING id",
    [operatorId],
  );
  const plan = rows[0]?.id;
  await owner.query(
    `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, first_seconds, next_seconds, valid)
     SELECT $1, $2, (1000 + g)::text, 12500, 60, 6, tstzrange('2020-01-01', NULL) FROM generate_series(0, 8999) g`,
    [operatorId, plan],
  );
  await owner.query(
    `SELECT tenant_create('bench' || g || 'x', 'Bench', 'customer', 'EUR', 'UTC', 'DE', $1) FROM generate_series(1, ${WALLETS}) g`,
    [plan],
  );
  await owner.query("UPDATE tenant SET max_calls = 100, max_calls_per_minute = 1000 WHERE kind = 'customer'");
  await owner.query(
    "INSERT INTO extension (tenant_id, number, display_name, sip_username, max_calls) SELECT id, '101', 'Bench', slug || '-101', 100 FROM tenant WHERE kind = 'customer'",
  );
  await owner.query(
    "SELECT wallet_post(id, 'top_up', 100000000000, 'EUR', 'bench', 'payments', '', 'bench', NULL) FROM tenant WHERE kind = 'customer'",
  );
  await owner.query("VACUUM ANALYZE tenant, tenant_below, wallet, rate, extension, destination");
}

const someWallet = () => 1 + randomInt(WALLETS);

function cycleOf(pool: SqlPool): () => Promise<void> {
  const authoriser = new CallAuthoriser(pool);
  const writer = new SettleWriter(pool);
  const number = readDialled("00493012345678", "DE");
  return async () => {
    const call = randomUUID();
    const question = { pbx: "bench", call, endpoint: `bench${someWallet()}x-101`, dialled: number.digits, address: "" };
    const { kind, code } = await authoriser.authorise({ question: { ...question, at: new Date() }, number });
    if (kind !== "out") throw new Error(`refused: ${code}`);
    await writer.write(endOf("bench", call));
  };
}

/** A talk of 47 seconds, reported by the hang-up handler. */
export const endOf = (pbx: string, call: string): End => ({
  ...{ pbx, call, talkMs: 47_000, endedAt: new Date(), outcome: "answered", reason: null, cause: 16 },
  side: "caller",
  source: "hangup",
});
