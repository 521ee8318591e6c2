import { randomUUID } from "node:crypto";

import { rerate } from "@/server/domain/rerating/rerate-run";
import { connectDb } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { pastCharges } from "@/test/support/past-charges";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const CUSTOMERS = 10;
const CALLS = 100_000;
const PRICE = 10_000n;
const ANCHOR_CALLS = 1_000;
const FROM = new Date("2026-03-01T00:00:00Z");

/** P16, the half about re-rating: every charge of 100 000 calls corrected, durable. Anchor: an ORM, a transaction per call. */
export async function rerating(): Promise<Figure[]> {
  const db = await benchDatabase();
  const orm = connectDb(db.appUrl, 4);
  try {
    const plan = await fill(db);
    await db.owner.query("UPDATE rate SET per_minute_micros = 7500 WHERE plan_id = $1", [plan]);
    const seconds = await ormSeconds(db);
    const before = process.memoryUsage().rss;
    let most = before;
    const began = performance.now();
    const { changed } = await rerate({
      ...(await job(db)),
      db: orm,
      report: async () => {
        most = Math.max(most, process.memoryUsage().rss);
      },
    });
    const took = (performance.now() - began) / 1_000;
    const { rows } = await db.owner.query("SELECT count(*)::int AS n FROM ledger_check()");
    const grown = (most - before) / 1_048_576;
    const sound = changed === CALLS && (rows[0] as { n: number }).n === 0;
    return [
      {
        id: "P16",
        what: `re-rate ${CALLS} calls, each corrected; ${sound ? "the ledger adds up" : "THE LEDGER IS OFF"}`,
        measured: round(took),
        unit: "s",
        reach: "≤ 60 s",
        reached: took <= 60 && sound,
        anchor: `ORM, a transaction per call: ${round((seconds * CALLS) / ANCHOR_CALLS)} s, from ${ANCHOR_CALLS} calls`,
      },
      {
        id: "P16",
        what: "memory that the re-rating grew by",
        measured: round(grown),
        unit: "MB",
        reach: "≤ 100 MB",
        reached: grown <= 100,
      },
    ];
  } finally {
    await orm.$disconnect();
    await db.stop();
  }
}

async function fill(db: BenchDatabase): Promise<string> {
  const make = builders(db);
  const operator = { tenantId: db.operatorId, slug: "operator" };
  const plan = await make.plan(operator, { "49": { perMinute: PRICE } });
  const { name } = await make.one<{ name: string }>("SELECT name FROM plan WHERE id = $1", [plan]);
  for (let n = 0; n < CUSTOMERS; n += 1) {
    const of = await make.tenant("customer", operator);
    await make.assign(of, plan);
    await make.phone(of);
    await pastCharges(db.owner, { of, plan: name, perMinute: PRICE, calls: CALLS / CUSTOMERS, from: FROM });
  }
  await db.owner.query("VACUUM ANALYZE");
  return plan;
}

async function job(db: BenchDatabase) {
  const input = {
    preview: false,
    buyers: null,
    from: FROM.toISOString(),
    until: new Date(FROM.getTime() + 86_400_000).toISOString(),
    prefix: "49",
    chargedBy: null,
    pricePlanId: null,
  };
  const { rows } = await db.owner.query<{ id: string }>(
    "INSERT INTO task (tenant_id, kind, title, input, state, created_by) VALUES ($1, 'rating.rerate', 'bench', $2, 'running', 'bench') RETURNING id",
    [db.operatorId, input],
  );
  return {
    sellerId: db.operatorId as TenantId,
    taskId: rows[0]?.id ?? "",
    input,
    checkpoint: null,
    actorName: "bench",
    actor: { kind: "job", id: "bench", requestId: randomUUID() } as const,
  };
}

/** One customer's charges corrected the plain way: read, price and write each call in an interactive transaction. */
async function ormSeconds(db: BenchDatabase): Promise<number> {
  const tables = ["wallet", "charge", "entry"].map((name) => `orm_${name}`);
  await db.owner.query("CREATE TABLE orm_wallet (id int PRIMARY KEY, posted bigint NOT NULL, seq bigint NOT NULL)");
  await db.owner.query("CREATE TABLE orm_charge (id uuid PRIMARY KEY, talk_ms bigint NOT NULL, cost bigint NOT NULL)");
  await db.owner.query(
    "CREATE TABLE orm_entry (id uuid PRIMARY KEY, charge uuid NOT NULL, amount bigint NOT NULL, after bigint NOT NULL)",
  );
  await db.owner.query("INSERT INTO orm_wallet VALUES (1, 100000000000, 0)");
  await db.owner.query(
    `INSERT INTO orm_charge SELECT gen_random_uuid(), 61000, 20000 FROM generate_series(1, ${ANCHOR_CALLS})`,
  );
  await db.owner.query(`GRANT SELECT, INSERT, UPDATE ON ${tables.join(", ")} TO portal_app`);
  const orm = connectDb(db.appUrl, 4);
  const { rows } = await db.owner.query<{ id: string }>("SELECT id FROM orm_charge");
  const began = performance.now();
  for (const { id } of rows) {
    await orm.$transaction(async (tx) => {
      const [charge] = await tx.$queryRaw<{ cost: bigint }[]>`SELECT cost FROM orm_charge WHERE id = ${id}::uuid`;
      await tx.$queryRaw`SELECT per_minute_micros FROM rate WHERE prefix = '49' LIMIT 1`;
      await tx.$queryRaw`SELECT posted FROM orm_wallet WHERE id = 1 FOR UPDATE`;
      const more = (charge?.cost ?? 0n) - 15_000n;
      const [wallet] = await tx.$queryRaw<{ posted: bigint }[]>`
        UPDATE orm_wallet SET posted = posted + ${more}, seq = seq + 1 WHERE id = 1 RETURNING posted`;
      await tx.$executeRaw`INSERT INTO orm_entry VALUES (${randomUUID()}::uuid, ${id}::uuid, ${more}, ${wallet?.posted ?? 0n})`;
    });
  }
  const seconds = (performance.now() - began) / 1_000;
  await orm.$disconnect();
  return seconds;
}
