import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type End, settleMany } from "@/server/domain/calls/call-control";
import type { SqlPool } from "@/server/infra/db/pool";
import type { RateOf, Tenancy } from "@/test/support/builders";
import { type CallOf, callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, prepaid } from "@/test/support/prepaid";
import { SettleWriter } from "@/workers/calls/settle-writer";

let db: TestDatabase;
let world: Prepaid;
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
});
afterAll(() => db.drop());

const deep: RateOf = {
  perMinute: 31_337n,
  fee: 100n,
  first: 30,
  next: 6,
  grace: 2,
  minimum: 9_001n,
  max: 70_013n,
  free: 5,
  steps: [[60, 20_011n, 4]],
};
const began = new Date("2026-06-01T10:00:00Z");

/** Two customers of one reseller, with tax and a bundle, all calls of whom meet in one wallet. */
async function company() {
  const { make, operator } = world;
  const reseller = await make.tenant("reseller", operator);
  await make.assign(reseller, await make.plan(operator, { "49": { perMinute: 7_001n, fee: 3n, first: 7, next: 3 } }));
  await make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [reseller.tenantId]);
  await make.topUp(reseller, 40_000_000n);
  const sold = await make.plan(reseller, { "49": deep }, { slice: 40 });
  const tenants = [await make.tenant("customer", reseller), await make.tenant("customer", reseller)];
  const phones = [];
  for (const tenant of tenants) {
    await make.assign(tenant, sold);
    // Enough for every talk beyond its grant: where money runs short, who comes last gets less, and the order is another one.
    await make.topUp(tenant, 30_000_000n);
    phones.push(await make.phone(tenant));
  }
  await make.sql("UPDATE tenant SET tax_ppm = 190001 WHERE id = ANY ($1)", [tenants.map(({ tenantId }) => tenantId)]);
  if (tenants[0]) await make.bundle(reseller, tenants[0], { amount: 90 });
  return { all: [...tenants, reseller], phones };
}

const endOf = (pbx: string, call: string, talkMs: number, side: End["side"]): End => ({
  ...{ pbx, call, talkMs, side, cause: 16, source: "hangup", outcome: "no_answer", reason: null },
  endedAt: new Date(began.getTime() + 60_000 + talkMs),
});

/**
 * Everything that the ends left behind, without the ids that differ by nature and the order within a wallet: one that talked
 * beyond its hold is settled after the others. That the chain of balances holds is what ledger_check says.
 */
async function booksOf(of: readonly Tenancy[], pbx: string) {
  const { make } = world;
  const ids = of.map(({ tenantId }) => tenantId);
  const at = (tenantId: string) => ids.indexOf(tenantId);
  const wallets = [];
  for (const tenant of of) wallets.push(await make.wallet(tenant));
  const entries = await make.sql<{ tenant_id: string; wallet: boolean }>(
    `SELECT e.tenant_id, e.line, e.account, e.amount_micros::text AS amount, e.occurred_at, x.memo, x.kind
     FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id JOIN call c ON c.id = x.call_id
     WHERE c.pbx = $1 ORDER BY array_position($2::uuid[], x.tenant_id), c.pbx_call_id, e.line`,
    [pbx, ids],
  );
  const holds = await make.sql<{ tenant_id: string }>(
    `SELECT h.tenant_id, h.level, h.state, h.billed_seconds, h.charged_micros::text AS net, h.tax_micros::text AS tax, h.bundle_held, h.bundle_used
     FROM hold h JOIN call c ON c.id = h.call_id WHERE c.pbx = $1 ORDER BY c.pbx_call_id, h.level`,
    [pbx],
  );
  const calls = await make.sql(
    `SELECT state, outcome, reason, talk_ms::text AS talk, billed_seconds, cost_micros::text AS cost, shortfall_micros::text AS short, hangup_side, answered_at, ended_at, source
     FROM call WHERE pbx = $1 ORDER BY pbx_call_id`,
    [pbx],
  );
  const days = await make.sql<{ tenant_id: string }>(
    "SELECT tenant_id, day::text, charged_micros::text AS charged, calls FROM spend_day WHERE tenant_id = ANY ($1) ORDER BY array_position($1::uuid[], tenant_id), day",
    [ids],
  );
  const who = <Row extends { tenant_id: string }>(rows: Row[]) =>
    rows.map((row) => ({ ...row, tenant_id: at(row.tenant_id) }));
  return { wallets, entries: who(entries), holds: who(holds), calls, days: who(days) };
}

const someCalls = fc.array(
  fc.record({
    phone: fc.nat(1),
    answered: fc.boolean(),
    talkMs: fc.oneof(fc.constant(0), fc.nat(45_000), fc.nat(400_000)),
    side: fc.constantFrom("caller" as const, "" as const),
  }),
  { minLength: 2, maxLength: 12 },
);

test("ends settled together leave the same books as ends settled one after the other", {
  timeout: 600_000,
}, async () => {
  let charged = 0;
  await fc.assert(
    fc.asyncProperty(someCalls, async (calls) => {
      const books = [];
      for (const together of [false, true]) {
        const { all, phones } = await company();
        const pbx = randomUUID();
        const desk = callDesk(db.pool, pbx);
        const ends: End[] = [];
        for (const [at, call] of calls.entries()) {
          const of: CallOf = {
            call: `call-${String(at).padStart(3, "0")}`,
            endpoint: phones[call.phone]?.endpoint ?? "",
            at: began,
          };
          await desk.authorise(of);
          if (call.answered) await desk.answered(of.call, new Date(began.getTime() + 5_000));
          ends.push(endOf(pbx, of.call, call.talkMs, call.side));
        }
        if (together) await settleMany(db.pool, ends);
        else for (const end of ends) await settleMany(db.pool, [end]);
        expect(await world.differences()).toEqual([]);
        books.push(await booksOf(all, pbx));
      }
      expect(books[1]).toEqual(books[0]);
      charged += books[0]?.entries.length ?? 0;
    }),
    { numRuns: 25 },
  );
  expect(charged).toBeGreaterThan(100);
});

test("one alone is settled as call_settle does it", async () => {
  const books = [];
  for (const alone of [false, true]) {
    const { all, phones } = await company();
    const pbx = randomUUID();
    const desk = callDesk(db.pool, pbx);
    await desk.authorise({ call: "one", endpoint: phones[0]?.endpoint ?? "", at: began });
    const end = endOf(pbx, "one", 33_000, "caller");
    if (alone) await desk.settle("one", 33_000, { at: end.endedAt });
    else await settleMany(db.pool, [end]);
    books.push(await booksOf(all, pbx));
  }
  expect(books[0]?.entries).toHaveLength(6);
  expect(books[1]).toEqual(books[0]);
});

test("repeats and strangers among them are told apart", async () => {
  const { phones } = await company();
  const pbx = randomUUID();
  const desk = callDesk(db.pool, pbx);
  for (const call of ["a", "b"]) await desk.authorise({ call, endpoint: phones[0]?.endpoint ?? "" });
  await desk.settle("a", 1_000);
  const results = await settleMany(
    db.pool,
    ["a", "b", "c"].map((call) => endOf(pbx, call, 1_000, "caller")),
  );
  expect(Object.fromEntries(results)).toEqual({ a: "repeat", b: "settled", c: "unknown" });
});

test("a hundred ends at once and from two writers are each charged once", async () => {
  const { make, customer } = world;
  const { tenant, phone } = await customer(100_000_000n);
  const pbx = randomUUID();
  const desk = callDesk(db.pool, pbx);
  await make.sql("UPDATE tenant SET max_calls = 1000, max_calls_per_minute = 1000 WHERE id = $1", [tenant.tenantId]);
  const calls = Array.from({ length: 100 }, (_, at) => `c${at}`);
  for (const call of calls) await desk.authorise({ call, endpoint: phone.endpoint });
  const writers = [new SettleWriter(db.pool), new SettleWriter(db.pool)];
  const results = await Promise.all(
    writers.flatMap((writer) => calls.map((call) => writer.write(endOf(pbx, call, 10_000, "caller")))),
  );
  expect(results.filter((result) => result === "settled")).toHaveLength(100);
  expect((await make.wallet(tenant)).posted).toBe(99_000_000n);
  expect(await world.differences()).toEqual([]);
});

test("an end that the database refuses fails alone", async () => {
  const { customer } = world;
  const { phone } = await customer(1_000_000n);
  const pbx = randomUUID();
  const desk = callDesk(db.pool, pbx);
  for (const call of ["good", "bad", "first"]) await desk.authorise({ call, endpoint: phone.endpoint });
  const writer = new SettleWriter(db.pool);
  const ends = ["first", "good", "bad"].map((call) => endOf(pbx, call, 10_000, "caller"));
  const results = await Promise.allSettled(
    ends.map((end) => writer.write(end.call === "bad" ? { ...end, talkMs: Number.MAX_VALUE } : end)),
  );
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});

test("ends that come one shortly after the other go together, and the first of them waits for nobody", async () => {
  const { make, customer } = world;
  const { tenant, phone } = await customer(100_000_000n);
  const pbx = randomUUID();
  const desk = callDesk(db.pool, pbx);
  await make.sql("UPDATE tenant SET max_calls = 1000, max_calls_per_minute = 1000 WHERE id = $1", [tenant.tenantId]);
  const calls = Array.from({ length: 15 }, (_, at) => `s${at}`);
  for (const call of calls) await desk.authorise({ call, endpoint: phone.endpoint });
  const begun: number[] = [];
  const query: SqlPool["query"] = (...words) => {
    begun.push(performance.now());
    return db.pool.query(...words);
  };
  const writer = new SettleWriter({ ...db.pool, query });
  const results: Promise<string>[] = [];
  const start = performance.now();
  for (const call of calls) {
    results.push(writer.write(endOf(pbx, call, 10_000, "caller")));
    await pause(5);
    expect(begun.length).toBeGreaterThan(0);
  }
  expect(new Set(await Promise.all(results))).toEqual(new Set(["settled"]));
  // Each begins 30 ms after the one before; a timer may ring nearly two early.
  expect((begun.at(-1) ?? 0) - start).toBeGreaterThan(27 * (begun.length - 1));
});
