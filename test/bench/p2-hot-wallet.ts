import { settle } from "@/server/domain/calls/call-control";
import { createPool } from "@/server/infra/db/pool";
import { builders } from "@/test/support/builders";
import { SettleWriter } from "@/workers/calls/settle-writer";
import { anchorTables, ormCycle, rateOf } from "./anchors";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, quantile, round } from "./figure";
import { endOf } from "./p1-call-cycles";

const CALLS = 150_000;
const CONNECTIONS = 32;
const AT_ONCE = 128;
const SECONDS = 6;

/**
 * P2: ends of calls that share one wallet, each charged in full: ledger, hold, cap, record; durable, as the worker writes
 * them. Anchors: the same without gathering them, on many connections; and an ORM that only takes an amount.
 */
export async function hotWallet(): Promise<Figure[]> {
  const db = await benchDatabase();
  const pool = createPool(db.appUrl, () => {}, CONNECTIONS);
  const orm = ormCycle(db.appUrl, CONNECTIONS);
  try {
    await fill(db);
    await anchorTables(db, 1);
    let next = 0;
    const call = () => {
      if (next === CALLS) throw new Error("there are no calls left to end");
      next += 1;
      return endOf("bench", `call.${next}`);
    };
    const writer = new SettleWriter(pool);
    await rateOf(() => writer.write(call()), AT_ONCE, 1);
    const times: number[] = [];
    const timed = async () => {
      const began = performance.now();
      if ((await writer.write(call())) !== "settled") throw new Error("not settled");
      times.push(performance.now() - began);
    };
    const half = await rateOf(timed, AT_ONCE, SECONDS / 2);
    const apart = await rateOf(() => settle(pool, call()), CONNECTIONS, SECONDS / 2);
    const byOrm = await rateOf(() => orm.charge(1), CONNECTIONS, SECONDS / 2);
    const measured = (half + (await rateOf(timed, AT_ONCE, SECONDS / 2))) / 2;
    const p99 = quantile(
      times.sort((a, b) => a - b),
      0.99,
    );
    const { rows } = await db.owner.query<{ n: number }>("SELECT count(*)::int AS n FROM ledger_check()");
    const sound = rows[0]?.n === 0;
    return [
      {
        id: "P2",
        what: `charges/s on one wallet, p99 ${round(p99)} ms; ${sound ? "the ledger adds up" : "THE LEDGER IS OFF"}`,
        measured: round(measured, 0),
        unit: "/s",
        reach: "≥ 10 000, p99 ≤ 20 ms",
        reached: measured >= 10_000 && p99 <= 20 && sound,
        anchor: `one by one on ${CONNECTIONS} connections ${round(apart, 0)}/s, ORM ${round(byOrm, 0)}/s (× ${round(measured / byOrm)})`,
      },
    ];
  } finally {
    await orm.close();
    await pool.close();
    await db.stop();
  }
}

/** Calls that talk, as their authorisation left them; too many for the gates to let them in. */
async function fill(db: BenchDatabase): Promise<void> {
  const make = builders(db);
  const { tenantId } = await make.tenant("customer", { tenantId: db.operatorId, slug: "operator" }, { slug: "hot" });
  await make.topUp({ tenantId, slug: "hot" }, 1_000_000_000_000n);
  const { extensionId } = await make.phone({ tenantId, slug: "hot" });
  await make.sql(
    `INSERT INTO call (tenant_id, extension_id, pbx, pbx_call_id, kind, dialled, to_e164, country, state, granted_seconds, started_at, answered_at, currency, trace)
     SELECT $1, $2, 'bench', 'call.' || g, 'external', '493012345678', '493012345678', 'DE', 'answered', 300, now(), now(), 'EUR', '[]' FROM generate_series(1, ${CALLS}) g`,
    [tenantId, extensionId],
  );
  await make.sql(
    `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros,
       first_seconds, next_seconds, grace_seconds)
     SELECT c.tenant_id, c.id, c.tenant_id, 0, w.id, 'open', 62500, 'bench', '49', 12500, 0, 60, 60, 0 FROM call c JOIN wallet w ON w.tenant_id = c.tenant_id`,
  );
  await make.sql("UPDATE wallet SET held_micros = (SELECT sum(held_micros) FROM hold) WHERE tenant_id = $1", [
    tenantId,
  ]);
  await make.sql("VACUUM ANALYZE call, hold, wallet, tenant");
}
