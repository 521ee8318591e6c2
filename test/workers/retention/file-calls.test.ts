import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { askErasure } from "@/server/domain/subjects/erasures";
import { subjectSchema } from "@/server/domain/subjects/subject.schema";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { manyCalls } from "@/test/support/export-desk";
import { CALLED, filingDesk } from "@/test/support/filing-desk";
import { killedWhileWaiting } from "@/test/support/killed-child";
import { waitAtLocks } from "@/test/support/wait-at-locks";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof filingDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await filingDesk(db);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});

type Row = { filed: string | null; to_e164: string; dialled: string; extension_name: string };
const recordOf = (id: string) => on.make.one<Row>("SELECT * FROM call_record WHERE id = $1", [id]);
const sound = async () =>
  expect(await on.make.sql("SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()")).toEqual([]);
const monthOf = async (id: string) =>
  (
    await on.make.one<{ month: string }>(
      "SELECT to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM call_record WHERE id = $1",
      [id],
    )
  ).month;

test("a call moves when its month has been over for five weeks, and while nothing of it is open", async () => {
  const { make } = on;
  const [paid, unpaid, recent, holding, counted] = [
    await on.call(120),
    await on.refused(120),
    await on.call(30),
    await on.call(121),
    await on.call(122),
  ];
  const key = `pbx1-${crypto.randomUUID()}`;
  const { call_id: going } = await on.desk.authorise({ call: key, endpoint: on.phone.endpoint, e164: CALLED });
  await make.sql("UPDATE call SET started_at = started_at - interval '120 days' WHERE id = $1", [going]);
  await make.sql("UPDATE hold SET state = 'open' WHERE call_id = $1", [holding.id]);
  await on.fold();
  await make.sql("INSERT INTO usage_pending (tenant_id, call_id) VALUES ($1, $2)", [on.buyer.tenantId, counted.id]);
  const one = async () => {
    const [{ n } = { n: 0 }] = await make.sql<{ n: number }>("SELECT calls_file($1, 100) AS n", [on.buyer.tenantId]);
    return n;
  };
  let moved = 0;
  for (let n = await one(); n > 0; n = await one()) moved += n;
  expect(moved).toBe(2);
  expect((await recordOf(paid.id)).filed).toBe(`${await monthOf(paid.id)} paid`);
  expect((await recordOf(unpaid.id)).filed).toBe(await monthOf(unpaid.id));
  for (const id of [recent.id, holding.id, counted.id, going ?? ""]) expect((await recordOf(id)).filed).toBeNull();
  // Once it is over, its hold released and in the sums, it follows.
  await make.sql("UPDATE hold SET state = 'charged' WHERE call_id = $1", [holding.id]);
  await on.desk.settle(key, 0, { outcome: "cancelled" });
  expect(await on.file()).toEqual({ calls: 3, tenants: 1 });
  expect(await on.file()).toEqual({ calls: 0, tenants: 0 });
  expect((await recordOf(recent.id)).filed).toBeNull();
  await sound();
  // Who is younger than five weeks is never beyond the horizon, whatever day of the month it is.
  const [far] = await make.sql<{ days: number }>("SELECT extract(day FROM now() - call_horizon())::int AS days");
  expect(far?.days).toBeGreaterThanOrEqual(35);
  expect(far?.days).toBeLessThanOrEqual(66);
});

test("what is told of a filed call once more changes nothing, and makes no second record of it", async () => {
  const call = await on.call(120);
  await on.file();
  expect(await on.desk.settle(call.key, 500_000)).toBe("unknown");
  const told = await on.make.one<{ result: string }>(
    "SELECT result FROM call_record_unheld('pbx1', $1, $2, $3, 'external', now(), now(), 1000, $3, 'DE')",
    [call.key, on.phone.endpoint, CALLED],
  );
  expect(told.result).toBe("known");
  expect(await on.make.sql("SELECT FROM call_record WHERE pbx_call_id = $1", [call.key])).toHaveLength(1);
  await expect(on.make.sql("DELETE FROM call_record WHERE id = $1", [call.id])).rejects.toThrow(
    "holds belong to the call",
  );
  await sound();
});

test("the charge of a filed call is disputed, credited and priced anew like any other", async () => {
  const { make } = on;
  const [mine, above] = [await on.portal(on.buyer), await on.portal(on.seller)];
  const call = await on.call(80);
  await on.file();
  expect((await recordOf(call.id)).filed).toMatch(/ paid$/);
  const asked = { tenantSlug: "buyer", callId: call.id, reason: "wrong_price" as const, text: "Too much." };
  const { id } = await mine.disputes.open(asked);
  await above.disputes.credit({ tenantSlug: "seller", disputeId: id, amount: "0.01" });
  expect((await mine.calls.get({ tenantSlug: "buyer", callId: call.id })).ledger).toHaveLength(2);
  await make.sql("UPDATE rate SET per_minute_micros = 30000 WHERE plan_id = $1", [on.plan]);
  const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  const { taskId } = await above.rerating.run({
    tenantSlug: "seller",
    periodFrom: day(82),
    periodTo: day(78),
    buyerSlugs: ["buyer"],
  });
  await runTask({ ...on.context, tenantId: on.seller.tenantId as TenantId }, taskId, taskWorks);
  const left = await make.one<{ net: string }>(
    "SELECT s.net::text FROM ledger_transaction x CROSS JOIN LATERAL charge_comes_to(x.id) s WHERE x.call_id = $1 AND x.tenant_id = $2 AND x.kind = 'charge'",
    [call.id, on.buyer.tenantId],
  );
  // Two minutes at half of the price.
  expect(left.net).toBe("60000");
  await make.sql("UPDATE rate SET per_minute_micros = 60000 WHERE plan_id = $1", [on.plan]);
  await on.fold();
  await sound();
});

test("an erasure finds a filed call, and nothing is filed while it is under way", async () => {
  const number = "493044445555";
  const [filed, waiting] = [await on.call(120, { e164: number }), await on.call(3, { e164: number })];
  await on.file();
  const operator = on.operator.tenantId as TenantId;
  const { taskId } = await writeTenant(db.app, { tenantId: operator }, (tx) =>
    askErasure(
      tx,
      operator,
      { about: subjectSchema.parse(`+${number}`), reason: "Asked", countsOnly: false },
      "cli:test",
    ),
  );
  const late = await on.call(120);
  expect(await on.file()).toEqual({ calls: 0, tenants: 0 });
  await runTask(on.context, taskId, taskWorks);
  for (const { id } of [filed, waiting]) {
    const { to_e164, dialled } = await recordOf(id);
    expect([to_e164, dialled]).toEqual([expect.stringMatching(/^~49-/), to_e164]);
  }
  expect(await on.file()).toEqual({ calls: 1, tenants: 1 });
  expect((await recordOf(late.id)).filed).not.toBeNull();
  await sound();
});

test("filed calls lose their numbers when their time comes; a dry run says before what a sweep does", async () => {
  const { make } = on;
  const number = "493066667777";
  const [old, young] = [await on.call(500, { e164: number }), await on.call(200, { e164: number })];
  await on.file();
  await make.as(on.operator.tenantId);
  const due = await make.one<{ due: string }>("SELECT due FROM retention_dry_run('calls') WHERE tenant_id = $1", [
    on.buyer.tenantId,
  ]);
  expect(due.due).toBe("1");
  await on.sweep();
  expect((await recordOf(old.id)).to_e164).toMatch(/^~/);
  expect((await recordOf(young.id)).to_e164).toBe(number);
  expect((await on.receipts(on.buyer)).filter(({ class: of }) => of === "calls")).toMatchObject([{ removed: 1 }]);
  await sound();
});

test("a month without money goes as a whole when all who have calls in it are done with it, with a receipt each", async () => {
  const { make } = on;
  const other = await make.tenant("customer", on.operator, { slug: "other" });
  const paid = await on.call(300);
  for (const of of [on.buyer, other])
    await manyCalls(db, of, 40, new Date(Date.now() - 300 * 86_400_000).toISOString());
  await on.file();
  const months = async () =>
    (
      await make.sql<{ part: string }>(
        "SELECT part FROM months_of('call_record') WHERE until_at < now() - interval '240 days'",
      )
    ).map(({ part }) => part);
  const sweepAnew = async () => {
    await make.sql("DELETE FROM retention_sweep");
    await on.sweep();
  };
  const count = (of: { tenantId: string; slug: string }) => on.count("call_record", of, "pbx = 'past'");
  const [month] = (await months()).slice(-1);
  // One of them wants tokens, later one keeps them longer, then a hold is about a number: none of it goes.
  await on.policy(on.operator, "calls", "delete", 200);
  await on.policy(other, "calls", "pseudonymise", 200);
  await sweepAnew();
  expect(await months()).toContain(month);
  expect([await count(on.buyer), await count(other)]).toEqual([0, 40]);
  await on.policy(other, "calls", "delete", 3_000);
  await sweepAnew();
  expect([await months(), await count(other)]).toEqual([expect.arrayContaining([month]), 40]);
  await on.policy(other, "calls", null, null);
  await make.sql("DELETE FROM retention_sweep");
  await make.as(on.operator.tenantId);
  const due = await make.sql<{ due: string }>("SELECT due FROM retention_dry_run('calls') WHERE tenant_id = $1", [
    other.tenantId,
  ]);
  await on.sweep();
  expect(await months()).not.toContain(month);
  expect(await count(other)).toBe(0);
  expect(due).toEqual([{ due: "40" }]);
  expect((await on.receipts(other)).at(-1)).toMatchObject({
    class: "calls",
    removed: 40,
    months: `${month?.slice(-6, -2)}-${month?.slice(-2)}`,
  });
  // Money stays.
  expect((await recordOf(paid.id)).to_e164).toMatch(/^~/);
  await sound();
});

test("a worker killed while it files loses no call and doubles none, and the next goes on", async () => {
  const { make } = on;
  const gamma = await make.tenant("customer", on.operator, { slug: "gamma" });
  await manyCalls(db, gamma, 6_000, new Date(Date.now() - 150 * 86_400_000).toISOString());
  await on.fold();
  const all =
    "SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids, sum(cost_micros)::text AS cost, count(filed)::int AS filed FROM call_record WHERE tenant_id = $1";
  const look = () => make.one<{ n: number; ids: number; cost: string; filed: number }>(all, [gamma.tenantId]);
  const before = await look();
  await waitAtLocks(db, "calls_file");
  // A month that cannot be added to: the worker gets so far and waits in the middle of a batch.
  const other = new Client({ connectionString: db.ownerUrl });
  await other.connect();
  await other.query("SELECT calls_file($1, 10)", [gamma.tenantId]);
  const begun = await look();
  const { part } = await make.one<{ part: string }>(
    "SELECT tableoid::regclass::text AS part FROM call_record WHERE tenant_id = $1 AND filed IS NOT NULL LIMIT 1",
    [gamma.tenantId],
  );
  const filing = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%calls_file(%'";
  await killedWhileWaiting({
    program: "filing-child",
    words: [db.appUrl, on.operator.tenantId],
    hold: async () => {
      await other.query("BEGIN");
      await other.query(`LOCK TABLE ${part} IN SHARE MODE`);
    },
    waits: async () => (await make.sql(`SELECT ${filing} AND wait_event_type = 'Lock'`)).length > 0,
    letGo: async () => {
      await make.sql(`SELECT pg_terminate_backend(pid) ${filing} AND pid <> pg_backend_pid()`);
      await other.end();
    },
  });
  expect(begun).toEqual({ ...before, filed: 10 });
  expect(await look()).toEqual(begun);
  // Two at once.
  await Promise.all([on.file(), on.file()]);
  await on.file();
  expect(await look()).toEqual({ ...before, filed: 6_000 });
});
