import { afterAll, beforeAll, expect, test } from "vitest";
import { getCallTenant } from "@/server/domain/calls/live-calls";
import { aboutNumber } from "@/server/domain/subjects/about-number";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import type { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk } from "@/test/support/export-desk";
import { CALLED, filingDesk } from "@/test/support/filing-desk";

const OTHER = "493087654321";
let db: TestDatabase;
let on: Awaited<ReturnType<typeof filingDesk>>;
let mine: ReturnType<typeof callerFor>;
let above: ReturnType<typeof callerFor>;
let house: ReturnType<typeof callerFor>;
let calls: { id: string; key: string }[];
const buyer = { tenantSlug: "buyer" };
beforeAll(async () => {
  db = await createDatabase();
  on = await filingDesk(db);
  [mine, above, house] = [await on.portal(on.buyer), await on.portal(on.seller), await on.portal(on.operator)];
  calls = [
    await on.call(80),
    await on.call(81, { e164: OTHER }),
    await on.call(82, { talkMs: 0 }),
    await on.refused(83),
    await on.call(130),
    await on.call(200),
    await on.call(3),
    await on.refused(4),
    await on.call(0),
    await on.call(70, { talkMs: 0 }),
    await on.call(70, { talkMs: 0 }),
  ];
  // On either side of where the recent calls begin.
  await on.make.sql("UPDATE call SET started_at = call_horizon() WHERE id = $1", [calls[9]?.id]);
  await on.make.sql("UPDATE call SET started_at = call_horizon() - interval '1 microsecond' WHERE id = $1", [
    calls[10]?.id,
  ]);
  // An incident that was about all of the customer, and is over for long.
  await on.make.sql(
    `WITH i AS (INSERT INTO incident (tenant_id, kind, title, severity, state, first_at, last_at, closed_at, outcome)
       SELECT $1, 'manual', 'Old', 'low', 'dismissed', now() - interval '1 year', now(), now() - interval '75 days', 'old' RETURNING *)
     INSERT INTO incident_subject (tenant_id, incident_id, kind, value, of_tenant_id, first_at, last_at) SELECT tenant_id, id, 'tenant', 'buyer', $2, first_at, last_at FROM i`,
    [on.operator.tenantId, on.buyer.tenantId],
  );
  await on.make.as(on.buyer.tenantId);
  await on.make.sql("SELECT * FROM dispute_open($1, 'wrong_price', 'Too much.', $2, 'test')", [
    calls[1]?.id,
    JSON.stringify({ call: { from: "101", to: `+${OTHER}`, dialled: OTHER, source: "" }, trace: [] }),
  ]);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});

/** Without what is measured while it is read. */
const steady = (value: unknown): string =>
  JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? String(one) : one));

async function pages(limit: number, filter: object = {}) {
  const found: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 30; page += 1) {
    const read: Awaited<ReturnType<typeof mine.calls.list>> = await mine.calls.list({
      ...buyer,
      limit,
      ...filter,
      ...(cursor === null ? {} : { cursor }),
    });
    found.push(...read.items.map((item) => steady(item)));
    cursor = read.nextCursor;
    if (cursor === null) return found;
  }
  throw new Error("the pages have no end");
}

const sections = () =>
  readTenant(db.app, { tenantId: on.operator.tenantId as TenantId, subtree: true }, async (tx) => {
    const told: unknown[] = [];
    for (const { name, query } of aboutNumber(CALLED)) told.push([name, await tx.$queryRaw(query)]);
    return told;
  });

async function lossOf() {
  await on.make.as(on.operator.tenantId);
  return on.make.sql<{ calls: number }>(
    "SELECT currency, charged::text, held::text, calls FROM incident_loss(ARRAY(SELECT id FROM incident))",
  );
}

/** The sums of the days of all calls, counted anew. */
async function rebuilt() {
  await on.make.sql(
    "SELECT usage_rebuild(d.day, d.day + interval '1 day', 1000) FROM (SELECT DISTINCT date_bin('1 day', started_at, 'epoch') AS day FROM call_record) d",
  );
  return on.make.sql("SELECT * FROM usage_quarter ORDER BY tenant_id, dim, at, value, currency");
}

/** Whatever is read of calls of any age, by each of the readers. */
async function everything() {
  const sql = (text: string, values: unknown[] = []) => on.make.sql(text, values);
  const [first] = calls;
  const filters = [
    {},
    { outcome: "answered" },
    { outcome: "blocked" },
    { outcome: "no_answer" },
    { text: "030 12345678" },
    { text: `+${CALLED}` },
    { text: "12345" },
    { text: first?.key },
    { text: calls[4]?.id },
    { minSeconds: 30 },
    { minCost: "10000" },
    { country: "FR" },
    { from: "2020-01-01" },
  ];
  const listed: unknown[] = [];
  for (const filter of filters) listed.push([filter, await pages(50, filter)]);
  for (const filter of filters.slice(0, 3)) listed.push([filter, await pages(2, filter)]);
  const detail: unknown[] = [];
  for (const { id } of calls.slice(1, 4))
    for (const [who, tenantSlug] of [
      [mine, "buyer"],
      [above, "seller"],
      [house, "operator"],
    ] as const)
      detail.push(await who.calls.get({ tenantSlug, callId: id }));
  await on.make.as(on.seller.tenantId);
  return {
    listed,
    detail,
    totals: [
      await mine.reports.calls({ ...buyer, text: "12345678" }),
      await mine.reports.calls({ ...buyer, outcome: "blocked" }),
      await mine.reports.calls({ ...buyer }),
    ],
    found: [
      await house.search.find({ tenantSlug: "operator", text: first?.id ?? "" }),
      await mine.search.find({ ...buyer, text: "030 12345678" }),
      await above.search.find({ tenantSlug: "seller", text: `00${CALLED}` }),
      await mine.search.find({ ...buyer, text: "345678" }),
    ],
    home: (await mine.home.get(buyer)).firstCallDone,
    disputes: [
      await mine.disputes.list({ ...buyer, side: "bought" }),
      await above.disputes.list({ tenantSlug: "seller", side: "sold", text: OTHER }),
    ],
    disputable: await mine.disputes.ofCall({ ...buyer, callId: first?.id ?? "" }),
    destinations: (await mine.destinations.list(buyer)).items.filter(
      ({ country }) => country === "DE" || country === "FR",
    ),
    describe: await mine.destinations.describe({ ...buyer, country: "DE", reach: "own" }),
    named: await Promise.all(
      calls.map(({ id, key }) =>
        readTenant(db.app, { tenantId: on.buyer.tenantId as TenantId }, async (tx) => [
          await getCallTenant(tx, id),
          await getCallTenant(tx, key),
        ]),
      ),
    ),
    rerated: await sql(
      "SELECT * FROM rerate_page($1, $1, now() - interval '1 year', now(), '49', NULL, NULL, NULL, NULL, 100)",
      [on.buyer.tenantId],
    ),
    rerateTotal: await sql("SELECT rerate_total(NULL, now() - interval '1 year', now())::int AS n"),
    statement: await sql(
      "SELECT s.* FROM wallet w CROSS JOIN LATERAL statement_entries(w.id, 1, w.last_seq) s ORDER BY w.id, s.seq, s.line",
    ),
    candidates: await sql(
      "SELECT c.* FROM call_record r CROSS JOIN LATERAL cdr_candidates(ARRAY[1], ARRAY[r.to_e164], ARRAY[r.started_at], interval '2 hours', interval '2 seconds') c WHERE r.to_e164 IS NOT NULL ORDER BY 3, 2",
    ),
    known: await sql(
      "SELECT k.* FROM call_record r CROSS JOIN LATERAL call_record_unheld(r.pbx, r.pbx_call_id, $1, r.dialled, 'external', r.started_at, r.ended_at, 1000, r.to_e164, r.country) k ORDER BY r.id",
      [on.phone.endpoint],
    ),
    loss: await lossOf(),
    subject: await sections(),
    due: await sql(
      "SELECT d.* FROM tenant t CROSS JOIN LATERAL retention_count('calls', t.id, retention_cutoff(100)) d ORDER BY t.slug",
    ),
    oldest: await sql("SELECT retention_oldest('calls', id) FROM tenant ORDER BY slug"),
    rebuilt: await rebuilt(),
    rebuildFrom: await sql("SELECT usage_rebuild_from()::text"),
    money: await sql("SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()"),
    sums: await sql(
      "SELECT (SELECT sum(posted_micros)::text FROM wallet) AS posted, (SELECT sum(cost_micros)::text FROM call_record) AS cost",
    ),
    audit: await sql("SELECT v.first_bad_seq FROM tenant t CROSS JOIN LATERAL audit_verify(t.id) v ORDER BY t.slug"),
    file: (await exportDesk(db, mine, on.buyer).made({ what: "calls", format: "csv" })).text,
  };
}

test("what is read of a call is the same, word for word, whether its record is filed or not", async () => {
  await on.fold();
  // Once a month, on the day when a month comes to be beyond the horizon, the one at its edge is left for another day.
  const due = await on.make.one<{ paid: number; free: number }>(
    `SELECT count(*) FILTER (WHERE h.paid)::int AS paid, count(*) FILTER (WHERE NOT h.paid)::int AS free FROM call c
     CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM hold o WHERE o.call_id = c.id) AS paid) h
     WHERE c.started_at < date_trunc('month', (now() - interval '36 days') AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`,
  );
  const before = await everything();
  expect(await on.file()).toEqual({ calls: due.paid + due.free, tenants: 1 });
  const places = Object.entries(await on.places());
  const among = (part: RegExp) => places.filter(([name]) => part.test(name)).reduce((sum, [, n]) => sum + n, 0);
  expect(among(/^months\.call_record_\d{6}_paid$/)).toBe(due.paid);
  expect(among(/^months\.call_record_\d{6}$/)).toBe(due.free);
  expect(among(/^call$/)).toBe(calls.length - due.paid - due.free);
  const after = await everything();
  const differing = Object.keys(before).filter(
    (reader) => steady(before[reader as keyof typeof before]) !== steady(after[reader as keyof typeof after]),
  );
  for (const reader of differing)
    expect({ [reader]: after[reader as keyof typeof after] }).toEqual({
      [reader]: before[reader as keyof typeof before],
    });
  expect(differing).toEqual([]);
  const inOrder = await on.make.sql<{ id: string }>("SELECT id FROM call_record ORDER BY started_at DESC, id DESC");
  const ids = async (limit: number, filter = {}) =>
    (await pages(limit, filter)).map((row) => (JSON.parse(row) as { id: string }).id);
  const newest = inOrder.map(({ id }) => id);
  for (const limit of [1, 3, 50]) {
    expect(await ids(limit)).toEqual(newest);
    expect(await ids(limit, { sort: "-time" })).toEqual(newest.toReversed());
  }
  // Nothing was compared with nothing.
  expect(before.loss).toMatchObject([{ calls: 5 }]);
  expect(due.paid + due.free).toBeGreaterThan(5);
  expect(before.listed).toHaveLength(16);
  expect(before.file.split("\n").length).toBeGreaterThan(calls.length);
  expect(before.disputes.every(({ items }) => items.length === 1)).toBe(true);
}, 600_000);
