import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Phone } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { retentionDesk } from "@/test/support/retention-desk";
import { pseudonymiseCalls } from "@/workers/retention/pseudonymise-calls";
import { sweepClass } from "@/workers/retention/sweep-class";

const NUMBER = "493012345678";
let db: TestDatabase;
let on: Awaited<ReturnType<typeof retentionDesk>>;
let phone: Phone;
let seller: { tenantId: string; slug: string };
beforeAll(async () => {
  db = await createDatabase();
  on = await retentionDesk(db);
  seller = await on.make.tenant("reseller", on.operator, { slug: "seller" });
  const buyer = await on.make.tenant("customer", seller, { slug: "buyer" });
  await on.make.assign(
    seller,
    await on.make.plan(on.operator, { "49": { perMinute: 30_000n }, "4930": { perMinute: 40_000n } }),
  );
  await on.make.assign(buyer, await on.make.plan(seller, { "49": { perMinute: 60_000n } }));
  await on.make.topUp(seller, 100_000_000n);
  await on.make.topUp(buyer, 100_000_000n);
  phone = await on.make.phone(buyer, "101");
  Object.assign(on.acme, buyer);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});

/** A call that was made so many days ago, through the charging itself. */
async function call(days: number, more: { e164?: string; talkMs?: number; endpoint?: string } = {}): Promise<string> {
  const desk = callDesk(db.pool);
  const key = `pbx1-${randomUUID()}`;
  const verdict = await desk.authorise({ call: key, endpoint: phone.endpoint, e164: NUMBER, ...more });
  await desk.answered(key);
  await desk.settle(key, more.talkMs ?? 61_000);
  await on.make.sql(
    "UPDATE call SET started_at = started_at - $2 * interval '1 day', source_address = '203.0.113.9', extension_name = 'Anna' WHERE id = $1",
    [verdict.call_id, days],
  );
  return verdict.call_id ?? "";
}
type Row = {
  dialled: string;
  to_e164: string;
  trace: unknown;
  extension_name: string;
  source_address: string;
  cost_micros: string;
};
const recordOf = (id: string) => on.make.one<Row>("SELECT * FROM call WHERE id = $1", [id]);
const memosOf = async (id: string) =>
  (
    await on.make.sql<{ memo: string }>("SELECT memo FROM ledger_transaction WHERE call_id = $1 ORDER BY memo", [id])
  ).map(({ memo }) => memo);
const fresh = () => on.make.sql("DELETE FROM retention_sweep");
const sums = () =>
  on.make.one(
    "SELECT (SELECT sum(posted_micros)::text FROM wallet) AS posted, (SELECT sum(amount_micros)::text FROM ledger_entry WHERE account = 'revenue') AS revenue, (SELECT sum(charged_micros)::text FROM hold) AS charged, (SELECT sum(cost_micros)::text FROM call) AS cost",
  );

test("old calls lose their numbers at every level of the chain and keep their money; young ones keep both", async () => {
  const [old, again, young, other] = [
    await call(500),
    await call(450),
    await call(390),
    await call(420, { e164: "493099999999" }),
  ];
  const before = await sums();
  await on.sweep();
  const [one, two, three, four] = [
    await recordOf(old),
    await recordOf(again),
    await recordOf(young),
    await recordOf(other),
  ];
  expect(one.to_e164).toMatch(/^~4930-[0-9a-f]{16}$/);
  expect(two.to_e164).toBe(one.to_e164);
  expect(four.to_e164).not.toBe(one.to_e164);
  expect(one).toMatchObject({ dialled: one.to_e164, extension_name: "", source_address: "" });
  expect(JSON.stringify(one)).not.toContain("12345678");
  expect(await memosOf(old)).toEqual([`Call to ${one.to_e164}`, `Call to ${one.to_e164}`]);
  expect(three).toMatchObject({ to_e164: NUMBER, source_address: "203.0.113.9", extension_name: "Anna" });
  expect(await memosOf(young)).toEqual([`Call to +${NUMBER}`, `Call to +${NUMBER}`]);
  expect(await sums()).toEqual(before);
  expect(await on.make.sql("SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()")).toEqual([]);
  expect((await on.receipts(on.acme)).at(-1)).toMatchObject({ class: "calls", removed: 3, held: 0 });
  // Nothing is done twice: not the next time, and not by a worker that took the same calls.
  await fresh();
  await on.sweep();
  expect((await recordOf(old)).to_e164).toBe(one.to_e164);
  expect((await on.receipts(on.acme)).filter(({ class: name }) => name === "calls")).toHaveLength(1);
});

test("a call that is disputed, that an open incident is about or that is not over keeps its number until that is", async () => {
  await fresh();
  const [disputed, plain] = [await call(460), await call(461)];
  await on.make.as(on.acme.tenantId);
  await on.make.sql("SELECT * FROM dispute_open($1, 'wrong_price', 'Too much.', $2, 'test')", [
    disputed,
    JSON.stringify({
      call: { from: "101", to: "+49 30 12345678", dialled: NUMBER, source: "203.0.113.9" },
      trace: [{ gate: "price", ok: true, value: NUMBER, limit: "" }],
    }),
  ]);
  await on.sweep();
  expect((await recordOf(disputed)).to_e164).toBe(NUMBER);
  expect((await recordOf(plain)).to_e164).toMatch(/^~/);
  expect((await on.receipts(on.acme)).at(-1)).toMatchObject({ class: "calls", removed: 1, held: 1 });
  await on.make.sql("UPDATE dispute SET state = 'rejected', decided_by = 'test', decided_at = now()");
  // The next day begins with what was left.
  await on.make.sql("UPDATE retention_sweep SET cutoff = cutoff - interval '1 day' WHERE class = 'calls'");
  await on.sweep();
  const { to_e164 } = await recordOf(disputed);
  expect(to_e164).toMatch(/^~/);
  const { evidence } = await on.make.one<{ evidence: object }>("SELECT evidence FROM dispute WHERE call_id = $1", [
    disputed,
  ]);
  expect(evidence).toEqual({
    call: { from: "101", to: to_e164, dialled: to_e164, source: "" },
    trace: [{ gate: "price", ok: true, value: to_e164, limit: "" }],
  });
});

test("a worker that died after a batch leaves no number half gone, and the next goes on behind it", async () => {
  await fresh();
  const ids = await Promise.all([470, 471, 472].map((days) => call(days)));
  const begun = await on.make.one<{ id: string }>(
    "SELECT retention_begin('calls', $1, 'pseudonymise', retention_cutoff(400)) AS id",
    [on.acme.tenantId],
  );
  const calls = await on.make.sql<{ id: string }>("SELECT * FROM retention_calls_next($1, 1)", [begun.id]);
  expect(calls.map(({ id }) => id)).toEqual([ids[2]]);
  await on.make.sql("SELECT retention_calls_done($1, $2, $3, $4)", [
    begun.id,
    [ids[2]],
    ["~49-0123456789abcdef"],
    [null],
  ]);
  await pseudonymiseCalls(on.context, begun.id, on.acme.tenantId);
  expect((await recordOf(ids[2] ?? "")).to_e164).toBe("~49-0123456789abcdef");
  const again = await on.make.one<{ n: number }>("SELECT retention_calls_done($1, $2, $3, $4) AS n", [
    begun.id,
    ids,
    ids.map(() => "~-ffffffffffffffff"),
    ids.map(() => null),
  ]);
  expect(again.n).toBe(0);
  expect((await recordOf(ids[0] ?? "")).to_e164).toMatch(/^~4930-/);
  expect(await sweepClass(on.context, "calls")).toEqual({ removed: 3n, held: 0n });
});

test("where the policy deletes, calls without money go and those with money lose their numbers", async () => {
  await fresh();
  await on.policy(on.acme, "calls", "delete", 1);
  const [paid, refused] = [await call(300), await call(300, { e164: NUMBER, talkMs: 0 })];
  await on.make.sql(
    "INSERT INTO call SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'pbx_call_id', 'refused-1', 'outcome', 'blocked', 'cost_micros', NULL))).* FROM call c WHERE id = $1",
    [paid],
  );
  await on.sweep();
  expect(await on.count("call", on.acme, "pbx_call_id = 'refused-1'")).toBe(0);
  expect((await recordOf(paid)).to_e164).toMatch(/^~/);
  // It rang, so money was put aside for it: the hold says what was given back.
  expect((await recordOf(refused)).to_e164).toMatch(/^~/);
  // A wish of one day is not heard: half a year is the least.
  const young = await call(170);
  await fresh();
  await on.sweep();
  expect((await recordOf(young)).to_e164).toBe(NUMBER);
  expect(await on.make.sql("SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()")).toEqual([]);
});
