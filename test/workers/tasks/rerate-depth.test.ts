import { afterAll, beforeAll, expect, test } from "vitest";

import type { RerateResult } from "@/server/domain/rerating/rerate.schema";
import { builders, type Phone, type RateOf, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
});
afterAll(() => db.drop());

/** A Monday, inside the hours of the daytime price; the evening is outside. */
const MORNING = Date.UTC(2026, 2, 2, 9);
const EVENING = Date.UTC(2026, 2, 2, 21);
const day = "{[480,1140)}";
const deep: RateOf = {
  perMinute: 30_000n,
  fee: 5_000n,
  first: 30,
  next: 6,
  grace: 2,
  free: 3,
  minimum: 9_000n,
  max: 400_000n,
  beyond: "free",
  steps: [
    [120, 20_000n, 10],
    [300, 7_000n, 60],
  ],
};
const talks: readonly (readonly [number: string, seconds: number, at: number])[] = [
  ["493011111111", 47, MORNING],
  ["493011111112", 250, MORNING + 60_000],
  ["493011111113", 900, MORNING + 120_000],
  ["493011111114", 1_700, MORNING + 180_000],
  ["442011111111", 61, MORNING + 240_000],
  ["442011111112", 61, EVENING],
  ["437011111111", 33, EVENING + 60_000],
];

type Customer = Tenancy & { phone: Phone };
const desk = () => callDesk(db.pool);

async function customer(plan: string, tax: number): Promise<Customer> {
  const of = await make.tenant("customer", operator);
  await make.assign(of, plan);
  await make.sql("UPDATE tenant SET tax_ppm = $2, max_calls_per_minute = 1000 WHERE id = $1", [of.tenantId, tax]);
  await make.topUp(of, 100_000_000n);
  return { ...of, phone: await make.phone(of) };
}

async function talk(of: Customer): Promise<void> {
  for (const [at, [number, seconds, begun]] of talks.entries()) {
    const call = `${of.slug}-${at}`;
    const started = new Date(begun);
    const verdict = await desk().authorise({
      call,
      endpoint: of.phone.endpoint,
      e164: number,
      dialled: number,
      at: started,
    });
    expect(verdict.code, number).toBe("");
    await desk().answered(call, started);
    await desk().settle(call, seconds * 1000, { at: new Date(begun + seconds * 1000) });
  }
}

/** What each call comes to by now, by its place in the list; without one when nothing was ever charged for it. */
const comesTo = ({ tenantId }: Tenancy) =>
  make.sql<{ call: string; paid: string; tax: string }>(
    `SELECT split_part(c.pbx_call_id, '-', 2) AS call, (-sum(e.amount_micros) FILTER (WHERE e.account = 'wallet'))::text AS paid,
       coalesce(sum(e.amount_micros) FILTER (WHERE e.account = 'tax'), 0)::text AS tax
     FROM call c JOIN ledger_transaction x ON x.call_id = c.id JOIN ledger_entry e ON e.transaction_id = x.id
     WHERE c.tenant_id = $1 GROUP BY 1 ORDER BY 1`,
    [tenantId],
  );
const originals = () =>
  make.sql(
    "SELECT x::text, e::text, h::text, c::text FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id JOIN hold h ON h.call_id = x.call_id JOIN call c ON c.id = x.call_id WHERE x.kind = 'charge' ORDER BY 1, 2",
  );

async function rerate(buyers: readonly Tenancy[]): Promise<RerateResult> {
  const { id } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
    `${crypto.randomUUID()}@test.example`,
  ]);
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [operator.tenantId, id]);
  const portal = callerFor(db.app, id);
  const period = { periodFrom: "2026-03-01", periodTo: "2026-03-31" };
  const buyerSlugs = buyers.map(({ slug }) => slug);
  const { taskId } = await portal.rerating.run({ tenantSlug: "operator", ...period, buyerSlugs });
  await runTask(taskContext({ db: db.app, pool: db.pool }, operator.tenantId), taskId, taskWorks);
  const task = await portal.tasks.get({ tenantSlug: "operator", taskId });
  expect([task.state, task.error]).toEqual(["done", null]);
  return task.result as RerateResult;
}

test("every depth of a price comes to what the same calls cost whoever makes them after the change", async () => {
  const plan = await make.plan(operator, { "49": deep, "43": { perMinute: 12_000n } }, { slice: 3_600 });
  await make.setRate(operator, plan, "44", { perMinute: 60_000n, first: 1, next: 1 }, { hours: day });
  await make.setRate(operator, plan, "44", { perMinute: 20_000n, first: 1, next: 1 });
  const markup = await make.plan(operator, {}, { slice: 3_600 });
  await make.sql(
    "UPDATE plan SET kind = 'markup', base_plan_id = $2, factor_ppm = 1250000, per_minute_fee_micros = 333, call_fee_micros = 50 WHERE id = $1",
    [markup, plan],
  );
  const makers = [
    async () => customer(plan, 0),
    async () => customer(plan, 190_000),
    async () => customer(markup, 77_000),
    // Free seconds that end in the middle of the second call.
    async () => {
      const of = await customer(plan, 190_000);
      await make.bundle(operator, of, { amount: 110 });
      return of;
    },
    // One call of which the first minute is free.
    async () => {
      const of = await customer(plan, 0);
      const id = await make.bundle(operator, of, { unit: "calls", amount: 2, prefixes: ["493", "44"] });
      await make.sql("UPDATE bundle SET seconds_per_call = 60 WHERE id = $1", [id]);
      return of;
    },
  ];
  const early: Customer[] = [];
  for (const made of makers) early.push(await made());
  for (const of of early) await talk(of);
  const before = await originals();

  await make.sql(
    `UPDATE rate SET per_minute_micros = CASE prefix WHEN '49' THEN 41000 WHEN '44' THEN per_minute_micros / 3 ELSE 15000 END,
       connection_fee_micros = CASE prefix WHEN '49' THEN 2000 ELSE 700 END, minimum_charge_micros = CASE prefix WHEN '49' THEN 12000 ELSE 0 END,
       step_per_minute = CASE WHEN step_per_minute IS NOT NULL THEN ARRAY[25000, 3000]::bigint[] END, max_charge_micros = max_charge_micros - 111111 WHERE plan_id = $1`,
    [plan],
  );
  const late: Customer[] = [];
  for (const made of makers) late.push(await made());
  for (const of of late) await talk(of);

  const result = await rerate(early);
  expect(result).toMatchObject({ uncollected: 0, kept: 0, noPrice: 0 });
  expect(result.changed).toBeGreaterThan(20);
  for (const [at, of] of early.entries()) {
    const twin = late[at];
    if (twin) expect(await comesTo(of), `customer ${at}`).toEqual(await comesTo(twin));
  }
  const later = new Set((await originals()).map((row) => JSON.stringify(row)));
  expect(
    before.every((row) => later.has(JSON.stringify(row))),
    "what was charged stands as it stood",
  ).toBe(true);
  expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);
  const spent = (who: readonly Customer[]) =>
    make.sql<{ sum: string }>(
      "SELECT sum(charged_micros)::text AS sum FROM spend_day WHERE tenant_id = ANY ($1) GROUP BY tenant_id ORDER BY 1",
      [who.map(({ tenantId }) => tenantId)],
    );
  expect(await spent(early), "caps count what the calls come to").toEqual(await spent(late));

  expect(await rerate(early), "again").toMatchObject({ changed: 0 });
});

test("a plan without a price for the number leaves the charge as it is; one by another name is still found", async () => {
  const plan = await make.plan(
    operator,
    { "49": { perMinute: 10_000n }, "44": { perMinute: 10_000n }, "43": { perMinute: 10_000n } },
    { slice: 3_600 },
  );
  const of = await customer(plan, 190_000);
  await talk(of);
  const before = await comesTo(of);
  await make.sql("DELETE FROM rate WHERE plan_id = $1 AND prefix = '44'", [plan]);
  await make.sql("UPDATE rate SET per_minute_micros = 5000 WHERE plan_id = $1 AND prefix = '43'", [plan]);
  expect(await rerate([of])).toMatchObject({ changed: 1, noPrice: 2 });
  await make.sql("UPDATE plan SET name = 'Another name' WHERE id = $1", [plan]);
  expect(await rerate([of])).toMatchObject({ changed: 0, noPrice: 2 });
  await make.sql("DELETE FROM rate WHERE plan_id = $1", [plan]);
  expect(await rerate([of])).toMatchObject({ changed: 0, noPrice: talks.length });
  expect((await comesTo(of)).slice(0, -1)).toEqual(before.slice(0, -1));
});
