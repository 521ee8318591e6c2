import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";

import { builders, type Phone, type RateOf, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import type { TestDatabase } from "@/test/support/template-copy";

/** What is known to be right, with its numbers. `run` throws what is not as it should be. */
export type Example = Readonly<{ name: string; run: (desk: ExampleDesk) => Promise<void> }>;

export type DeepRate = RateOf & {
  minimum?: bigint;
  free?: number;
  max?: bigint;
  beyond?: "cut" | "free";
  steps?: readonly (readonly [from: number, perMinute: bigint, increment: number])[];
  valid?: string;
};

export type ExampleDesk = Awaited<ReturnType<typeof exampleDesk>>;

const perSecond: RateOf = { perMinute: 60_000n, first: 1, next: 1 };

/** Of the pool that a test's database comes with. */
const CONNECTIONS = 10;

/** A fresh operator and the means to make customers below it; every call has an id of its own. */
export async function exampleDesk(db: TestDatabase) {
  const make = builders(db);
  const pbx = randomUUID();
  const calls = callDesk(db.pool, pbx);
  const operator = await make.tenant("operator", undefined, { slug: "operator" });

  async function priced(seller: Tenancy, buyer: Tenancy, rates: readonly DeepRate[], slice = 300): Promise<void> {
    const plan = await make.plan(seller, {}, { slice });
    for (const rate of rates) {
      await make.sql(
        `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, valid,
           minimum_charge_micros, free_seconds, max_charge_micros, beyond, step_from, step_per_minute, step_increment)
         VALUES ($1, $2, '49', $3, $4, $5, $6, $7, $8::tstzrange, $9, $10, $11, $12, $13, $14, $15)`,
        [
          ...[
            seller.tenantId,
            plan,
            rate.perMinute,
            rate.fee ?? 0n,
            rate.first ?? 60,
            rate.next ?? 60,
            rate.grace ?? 0,
          ],
          ...[
            rate.valid ?? "[2020-01-01,)",
            rate.minimum ?? 0n,
            rate.free ?? 0,
            rate.max ?? null,
            rate.beyond ?? "cut",
          ],
          ...[
            rate.steps?.map(([from]) => from),
            rate.steps?.map(([, price]) => price),
            rate.steps?.map((step) => step[2]),
          ],
        ],
      );
    }
    await make.assign(buyer, plan);
  }

  async function customer(
    money: bigint,
    rate: DeepRate | readonly DeepRate[] = perSecond,
    more: { slice?: number; parent?: Tenancy; taxPpm?: number } = {},
  ): Promise<{ tenant: Tenancy; phone: Phone }> {
    const parent = more.parent ?? operator;
    const tenant = await make.tenant("customer", parent);
    await priced(parent, tenant, Array.isArray(rate) ? rate : [rate as DeepRate], more.slice);
    await make.sql("UPDATE tenant SET tax_ppm = $2, max_calls = 100 WHERE id = $1", [
      tenant.tenantId,
      more.taxPpm ?? 0,
    ]);
    if (money > 0n) await make.topUp(tenant, money);
    return { tenant, phone: await make.phone(tenant) };
  }

  /** Authorised, answered, and ended after so long. @returns what is left of the wallet's money. */
  async function talk(of: { tenant: Tenancy; phone: Phone }, talkMs: number): Promise<bigint> {
    const call = randomUUID();
    await calls.authorise({ call, endpoint: of.phone.endpoint });
    await calls.answered(call);
    await calls.settle(call, talkMs);
    return (await make.wallet(of.tenant)).posted;
  }

  /**
   * Asks so often at once, and surely at once: the tenant's wallet is held until as many wait for it as there are
   * connections. By chance alone a busy machine would let them come one after the other, and prove nothing.
   */
  async function meeting<T>(of: Tenancy, times: number, ask: (at: number) => Promise<T>): Promise<T[]> {
    const holder = new Client({ connectionString: db.ownerUrl });
    await holder.connect();
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT FROM wallet WHERE tenant_id = $1 FOR UPDATE", [of.tenantId]);
      const asked = Array.from({ length: times }, (_, at) => ask(at));
      const done = Promise.allSettled(asked);
      const waiting = "datname = current_database() AND wait_event_type = 'Lock'";
      for (const patience = Date.now() + 3_000; Date.now() < patience; await pause(5)) {
        const { rows } = await db.owner.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${waiting}`,
        );
        if ((rows[0]?.n ?? 0) >= Math.min(times, CONNECTIONS)) break;
      }
      await holder.query("ROLLBACK");
      // Also when one fails: none may still be under way when the next example begins.
      await done;
      return await Promise.all(asked);
    } finally {
      await holder.end();
    }
  }

  const books = () => make.sql<{ kind: string; subject: string }>("SELECT kind, subject FROM ledger_check()");
  return { make, calls, pbx, operator, priced, customer, talk, meeting, books, db };
}
