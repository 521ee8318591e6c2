import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { foldUsage } from "@/server/domain/usage/fold";
import { rebuildUsage } from "@/server/domain/usage/rebuild";
import { readReport } from "@/server/domain/usage/report";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Phone } from "@/test/support/builders";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";

/** Spring and autumn of Europe's clocks lie within, and a change of Lord Howe's by half an hour. */
const FIRST = Date.UTC(2026, 2, 27);
const LAST = Date.UTC(2026, 3, 7);
const zones = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"] as const;

type Step =
  | { do: "call"; minute: number; talkMs: number; late: boolean }
  | { do: "refused"; minute: number }
  | { do: "credit"; call: number; level: number; share: number }
  | { do: "fold" | "foldTwice" | "killFold" | "commitLate" | "look" }
  | { do: "rebuild"; day: number };

const minute = fc.integer({ min: 0, max: (LAST - FIRST) / 60_000 - 10 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      minute,
      talkMs: fc.oneof(fc.constant(0), fc.nat(200_000)),
      late: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refused" as const), minute }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("credit" as const),
      call: fc.nat(9),
      level: fc.nat(2),
      share: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "fold" as const,
        "foldTwice" as const,
        "killFold" as const,
        "commitLate" as const,
        "look" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rebuild" as const), day: fc.nat(10) }) },
);

let db: TestDatabase;
let chain: Chain;
let lonely: Phone;
beforeAll(async () => {
  db = await createDatabase();
  chain = await makeChain(db);
  // Its wallet is in no chain of the others: what it has not committed yet holds up nobody.
  const apart = await chain.tenant("customer", chain.operator, { slug: "apart" });
  await chain.assign(apart, chain.plans.wholesale);
  await chain.topUp(apart, 500_000_000n);
  lonely = await builders(db).phone(apart, "201");
});
afterAll(() => db.drop());

/** A settlement that is done and not committed: its call began before others that are on record already. */
type Late = { client: Client };
const lates: Late[] = [];
const paid: string[] = [];

async function commitAll(): Promise<void> {
  for (const { client } of lates.splice(0)) {
    await client.query("COMMIT");
    await client.end();
  }
}

const connected = async (): Promise<Client> => {
  const client = new Client({ connectionString: db.appUrl });
  client.on("error", () => {});
  await client.connect();
  return client;
};

async function call({ minute: at, talkMs, late }: { minute: number; talkMs: number; late: boolean }): Promise<void> {
  if (late) await commitAll();
  const id = randomUUID();
  const start = new Date(FIRST + at * 60_000);
  const { endpoint } = late ? lonely : chain.phone;
  const { kind, call_id } = await chain.desk.authorise({ call: id, endpoint, at: start });
  expect(kind).toBe("out");
  const end = new Date(start.getTime() + talkMs);
  if (talkMs > 0) await chain.desk.answered(id, start);
  if (!late) {
    await chain.desk.settle(id, talkMs, { at: end });
    if (talkMs > 0 && call_id) paid.push(call_id);
    return;
  }
  const client = await connected();
  const { pbx } = await chain.one<{ pbx: string }>("SELECT pbx FROM call WHERE pbx_call_id = $1", [id]);
  await client.query("BEGIN");
  const settle = "SELECT call_settle($1, $2, $3, $4, 'no_answer', NULL, 16, 'caller', 'hangup')";
  await client.query(settle, [pbx, id, talkMs, end]);
  lates.push({ client });
}

async function credit({ call: which, level, share }: { call: number; level: number; share: number }): Promise<void> {
  const id = paid[which % Math.max(1, paid.length)];
  if (!id) return;
  const buyer = [chain.customer, chain.lower, chain.upper][level];
  const seller = [chain.lower, chain.upper, chain.operator][level];
  const left = await chain.paid(id, level);
  if (!buyer || !seller || left <= 0n) return;
  await chain.as_(seller.tenantId);
  await db.owner.query("SELECT * FROM charge_credit($1, $2, $3, $4, 'Mended', 'test')", [
    buyer.tenantId,
    id,
    left / BigInt(share) || 1n,
    randomUUID(),
  ]);
}

/** A worker that dies after its work and before it is committed. */
async function killFold(): Promise<void> {
  const client = await connected();
  await client.query("BEGIN");
  await client.query("SELECT usage_fold(3)");
  const [{ pid }] = (await client.query("SELECT pg_backend_pid() AS pid")).rows as [{ pid: number }];
  await db.owner.query("SELECT pg_terminate_backend($1)", [pid]);
  await client.end().catch(() => {});
}

async function play(one: Step): Promise<void> {
  switch (one.do) {
    case "call":
      return call(one);
    case "refused":
      return void (await chain.desk.authorise({
        call: randomUUID(),
        endpoint: chain.phone.endpoint,
        e164: "33123456789",
        country: "FR",
        at: new Date(FIRST + one.minute * 60_000),
      }));
    case "credit":
      return credit(one);
    case "fold":
      return void (await foldUsage(db.pool, 2));
    case "foldTwice":
      return void (await Promise.all([foldUsage(db.pool, 2), foldUsage(db.pool, 3)]));
    case "killFold":
      return killFold();
    case "commitLate":
      return commitAll();
    case "rebuild": {
      const day = new Date(FIRST + one.day * 86_400_000).toISOString().slice(0, 10);
      return void (await rebuildUsage(db.pool, { from: day, to: day }, null, async () => {}));
    }
    case "look":
      return look();
  }
}

const span = { period: "custom", from: "2026-03-28", to: "2026-04-05" } as const;

/** What the calls, holds and the ledger say by themselves, without anything that the sums are made of. */
async function rawOf(tenantId: string, zone: string) {
  const { rows } = await db.owner.query(
    `SELECT to_char(c.started_at AT TIME ZONE $2, 'YYYY-MM-DD') AS key, count(*)::int AS calls, (count(*) FILTER (WHERE c.outcome = 'answered'))::int AS answered,
       (count(*) FILTER (WHERE c.outcome = 'blocked'))::int AS blocked, coalesce(sum(c.talk_ms), 0)::int AS talk,
       coalesce(sum((SELECT h.charged_micros FROM hold h WHERE h.call_id = c.id AND h.tenant_id = $1)), 0)::text AS cost,
       coalesce(sum((SELECT h.charged_micros FROM hold h JOIN tenant b ON b.id = h.tenant_id WHERE h.call_id = c.id AND b.parent_id = $1)), 0)::text AS revenue,
       coalesce(sum((SELECT -sum(e.amount_micros) FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id
         WHERE x.call_id = c.id AND x.kind = 'correction' AND x.tenant_id = $1 AND e.account = 'wallet')), 0)::text AS moved,
       coalesce(sum((SELECT sum(e.amount_micros) FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id
         WHERE x.call_id = c.id AND x.kind = 'correction' AND e.tenant_id = $1 AND e.account = 'revenue')), 0)::text AS sold
     FROM call c WHERE c.state = 'ended' AND c.tenant_id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = $1)
       AND c.started_at >= $3::timestamp AT TIME ZONE $2 AND c.started_at < ($4::timestamp + interval '1 day') AT TIME ZONE $2 GROUP BY 1 ORDER BY 1`,
    [tenantId, zone, span.from, span.to],
  );
  return rows;
}

async function look(all = false): Promise<void> {
  const tenants = [chain.operator, chain.upper, chain.lower, chain.customer];
  for (const of of all ? tenants : [chain.upper]) {
    const tenantId = of.tenantId as TenantId;
    for (const zone of all ? zones : (["America/St_Johns"] as const)) {
      const report = await readTenant(db.app, { tenantId, subtree: true }, (tx) =>
        readReport(tx, tenantId, { ...span, zone }),
      );
      const shown = report.points
        .filter(({ usage }) => usage && usage.calls > 0)
        .map(({ key, usage: u }) => ({
          key,
          calls: u?.calls,
          answered: u?.answered,
          blocked: u?.blocked,
          talk: u?.talkMs,
          cost: String(u?.costMicros),
          revenue: String(u?.revenueMicros),
          moved: String(u?.correctedCostMicros),
          sold: String(u?.correctedRevenueMicros),
        }));
      expect(shown, `${of.slug} in ${zone}`).toEqual(await rawOf(of.tenantId, zone));
      // Whatever way one divides it, it is the same whole.
      const { calls, costMicros, correctedRevenueMicros } = report.total;
      const whole = (parts: typeof report.ways) => [
        parts.reduce((sum, part) => sum + part.calls, 0),
        parts.reduce((sum, part) => sum + part.costMicros, 0n),
        parts.reduce((sum, part) => sum + part.correctedRevenueMicros, 0n),
      ];
      for (const parts of [
        report.ways,
        report.countries,
        report.tenants.length > 0 ? report.tenants : report.extensions,
      ]) {
        expect(whole(parts), `${of.slug} in ${zone}`).toEqual([calls, costMicros, correctedRevenueMicros]);
      }
      expect(report.heat.reduce((sum, cell) => sum + cell.calls, 0)).toBe(calls);
    }
  }
}

test("sums and what is pending are the calls on record at every moment", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
      for (const one of steps) await play(one);
      await look();
    }),
    { numRuns: 4 },
  );
  await commitAll();
  await look(true);
  await foldUsage(db.pool);
  expect((await db.owner.query("SELECT count(*)::int AS n FROM usage_pending")).rows).toEqual([{ n: 0 }]);
  await look(true);
  const sums = "SELECT * FROM usage_quarter ORDER BY 1, 2, 3, 4, 5";
  const folded = (await db.owner.query(sums)).rows;
  const report = async () => {};
  expect(await rebuildUsage(db.pool, { from: "2026-03-27", to: "2026-04-07" }, null, report)).toMatchObject({
    days: 12,
  });
  expect((await db.owner.query(sums)).rows).toEqual(folded);
  // Otherwise it would prove nothing.
  const { rows } = await db.owner.query(
    "SELECT sum(answered)::int > 8 AS answered, sum(blocked)::int > 1 AS blocked, bool_or(corrected_cost_micros <> 0) AS corrected FROM usage_quarter WHERE dim = 'all'",
  );
  expect(rows).toEqual([{ answered: true, blocked: true, corrected: true }]);
});
