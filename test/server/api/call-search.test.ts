import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { foldUsage } from "@/server/domain/usage/fold";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

/** More calls than one page looks at where no index has just those that are asked for. */
const CALLS = 4_600;
const acme = { tenantSlug: "acme" };
const desk7 = randomUUID();
const rare = randomUUID();

let db: TestDatabase;
let on: Stage;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, from_number, country, state, outcome, reason,
       started_at, ended_at, talk_ms, billed_seconds, cost_micros, currency)
     SELECT $1, 'old', 'pbx-' || i, CASE WHEN i % 2250 = 3 THEN $3::uuid ELSE $2::uuid END, '107', CASE WHEN i = 5 THEN 'Attic' ELSE 'Desk' END,
       CASE WHEN i % 500 = 1 THEN 'inbound' WHEN i % 500 = 2 THEN 'internal' ELSE 'external' END, CASE WHEN i % 500 = 2 THEN '0301234' ELSE '030' || 5000000 + i END,
       CASE WHEN i % 500 <> 2 THEN CASE WHEN i % 3 = 0 THEN '49305000000' ELSE '4930' || 5000000 + i END END, CASE WHEN i % 500 = 1 THEN '+4989123456' END,
       CASE WHEN i % 1000 = 6 THEN 'AQ' ELSE 'DE' END, 'ended', CASE WHEN i % 900 = 4 THEN 'blocked' WHEN i % 3 = 0 THEN 'busy' ELSE 'answered' END,
       CASE WHEN i % 900 = 4 THEN 'CAP-01' WHEN i % 3 = 0 THEN 'FAR-01' END, timestamptz '2026-04-30 22:00Z' + i * interval '50 seconds', timestamptz '2026-05-09 00:00Z',
       CASE WHEN i % 800 = 7 THEN 900000 ELSE 30000 END, 60, CASE WHEN i % 700 = 8 THEN 2000000 ELSE 10000 END, 'EUR'
     FROM generate_series(0, $4::int - 1) i`,
    [on.customer.tenantId, desk7, rare, CALLS],
  );
  await on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, extension_id, extension_number, extension_name, kind, dialled, to_e164, country, state, started_at, currency)
     VALUES ($1, 'old', 'open', $2, '107', 'Desk', 'external', '0305000001', '49305000001', 'DE', 'authorised', '2026-05-03 12:00Z', 'EUR')`,
    [on.customer.tenantId, desk7],
  );
  await on.sql("ANALYZE call");
  await foldUsage(db.pool);
});
afterAll(() => db.drop());

type Filter = Omit<Parameters<ReturnType<Stage["as"]>["calls"]["list"]>[0], "tenantSlug">;

async function listed(filter: Filter): Promise<{ ids: string[]; stops: number; pages: number }> {
  const ids: string[] = [];
  let [cursor, stops, pages]: [string | null, number, number] = [null, 0, 0];
  do {
    const page: Awaited<ReturnType<ReturnType<Stage["as"]>["calls"]["list"]>> = await on
      .as("customer")
      .calls.list({ ...acme, limit: 200, ...filter, ...(cursor === null ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    if (page.searchedTo !== null) stops += 1;
    pages += 1;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { ids, stops, pages };
}

const cases: readonly (readonly [string, Filter, string])[] = [
  ["nothing", {}, "true"],
  ["a common outcome", { outcome: "answered" }, "outcome = 'answered'"],
  ["a rare outcome", { outcome: "blocked" }, "outcome = 'blocked'"],
  ["what rings", { outcome: "ringing" }, "state = 'authorised'"],
  ["a reason", { reason: "CAP-01" }, "reason = 'CAP-01'"],
  ["an extension", { extensionId: desk7 }, `extension_id = '${desk7}'`],
  ["a rare extension", { extensionId: rare }, `extension_id = '${rare}'`],
  ["an extension's rare outcome", { extensionId: desk7, outcome: "blocked" }, "outcome = 'blocked'"],
  ["a country", { country: "AQ" }, "country = 'AQ' AND kind = 'external'"],
  ["the direction in", { direction: "in" }, "kind = 'inbound'"],
  ["the direction inside", { direction: "internal" }, "kind = 'internal'"],
  ["the direction out", { direction: "out" }, "kind = 'external'"],
  ["what was dear", { minCost: "1.5" }, "cost_micros >= 1500000"],
  ["what cost a little", { minCost: "0.02" }, "cost_micros >= 20000"],
  ["what was long", { minSeconds: 900 }, "talk_ms >= 900000"],
  ["what was not short", { minSeconds: 31 }, "talk_ms >= 31000"],
  ["dear and long together", { minCost: "1.5", minSeconds: 900 }, "cost_micros >= 1500000 AND talk_ms >= 900000"],
  [
    "days of an outcome",
    { from: "2026-05-02", to: "2026-05-03", outcome: "busy" },
    "outcome = 'busy' AND started_at >= '2026-05-02' AND started_at < '2026-05-04'",
  ],
  ["a number called often", { text: "+49 (0)30 5000000" }, "to_e164 = '49305000000'"],
  ["the beginning of a number", { text: "030 50040" }, "to_e164 LIKE '493050040%'"],
  [
    "the beginning of nearly all numbers, and an outcome",
    { text: "0049 30 500", outcome: "blocked" },
    "to_e164 LIKE '4930500%' AND outcome = 'blocked'",
  ],
  ["who called", { text: "089/123456" }, "from_number = '+4989123456'"],
  ["what was dialled and is no number", { text: "030-1234" }, "to_e164 LIKE '49301234%' OR dialled LIKE '0301234%'"],
  ["a part of a name", { text: "attic" }, "extension_name = 'Attic'"],
  ["a part that nothing has", { text: "nobody" }, "false"],
  ["the id that the PBX gave", { text: "pbx-123" }, "pbx_call_id = 'pbx-123'"],
];

/** One of each way to count: by each of the sums, by an index, by numbers, and one by one. */
const summable = new Set(
  [
    "nothing",
    "a rare outcome",
    "what rings",
    "a reason",
    "a rare extension",
    "a country",
    "the direction in",
    "what cost a little",
    "dear and long together",
  ].concat(["days of an outcome", "the beginning of a number", "a part of a name"]),
);

describe("the list of many calls", () => {
  test.each(cases)("by %s has just those, in order from either end, page by page", async (_, filter, condition) => {
    const rows = await on.sql<{ id: string }>(
      `SELECT id FROM call WHERE tenant_id = $1 AND (${condition}) ORDER BY started_at DESC, id DESC`,
      [on.customer.tenantId],
    );
    const newest = rows.map(({ id }) => id);
    expect((await listed(filter)).ids).toEqual(newest);
    expect((await listed({ ...filter, sort: "-time" })).ids, "the oldest first").toEqual(newest.toReversed());
  });

  test("says how far back was looked, and goes on there, when no index has just those that are asked for", async () => {
    const first = await on.as("customer").calls.list({ ...acme, text: "attic" });
    expect(first.items).toEqual([]);
    expect(first.searchedTo).toBeInstanceOf(Date);
    const { stops, ids } = await listed({ text: "attic" });
    expect(ids).toHaveLength(1);
    expect(stops).toBeGreaterThan(0);
    expect((await listed({ text: "attic", far: true })).stops).toBe(0);
  });

  test("does not stop on the way for what an index has of the last weeks, and of any age for a number", async () => {
    const shift = (days: number) => on.sql("UPDATE call SET started_at = started_at + $1 * interval '1 day'", [days]);
    const days = Math.floor((Date.now() - Date.parse("2026-05-10")) / 86_400_000);
    expect((await listed({ text: "03012345" })).stops).toBe(0);
    await shift(days);
    for (const filter of [{ reason: "CAP-01" }, { country: "AQ" }, { minCost: "1.5" }, { text: "03012345" }])
      expect((await listed(filter)).stops).toBe(0);
    await shift(-days);
  });
});

describe("the totals of a filter", () => {
  const total = (filter: Filter) => on.as("customer").reports.calls({ ...acme, ...filter });

  test.each(cases.filter(([name]) => summable.has(name)))(
    "by %s are those of its calls that are over",
    async (_, filter, condition) => {
      const [sum] = await on.sql<{ calls: number; answered: number; talk: number; cost: string }>(
        `SELECT count(*)::int AS calls, count(*) FILTER (WHERE outcome = 'answered')::int AS answered, coalesce(sum(talk_ms), 0)::int AS talk, coalesce(sum(cost_micros), 0)::text AS cost
       FROM call WHERE tenant_id = $1 AND state = 'ended' AND (${condition})`,
        [on.customer.tenantId],
      );
      const found = await total(filter);
      expect(found).toMatchObject({
        calls: sum?.calls,
        answered: sum?.answered,
        talkMs: sum?.talk,
        since: null,
        about: null,
      });
      expect(String(found.costMicros)).toBe(sum?.cost);
    },
  );

  test("of a line that waits are the same as from the sum that it becomes", async () => {
    const filter = { from: "2026-06-02", to: "2026-06-04" };
    await on.sql(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, outcome, started_at, ended_at, talk_ms, cost_micros, currency)
       SELECT $1, 'old', 'late-' || i, 'external', '030', 'ended', 'answered', timestamptz '2026-06-02 12:00Z' + i * interval '1 day', '2026-06-09', 60000, 700, 'EUR' FROM generate_series(0, 1) i`,
      [on.customer.tenantId],
    );
    const before = await total(filter);
    await foldUsage(db.pool);
    expect(await total(filter)).toEqual(before);
    expect(before).toMatchObject({ calls: 2, costMicros: 1_400n, shown: { from: "2026-06-02", to: "2026-06-04" } });
    expect(before.days.map(({ day }) => day)).toEqual(["2026-06-02", "2026-06-03"]);
  });
});
