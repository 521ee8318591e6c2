import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { foldUsage } from "@/server/domain/usage/fold";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk } from "@/test/support/export-desk";

/** More of each tenant than a page looks at where no index has just those that are asked for. */
const CALLS = 1_200;

let db: TestDatabase;
let on: Chain;
let beta: { tenantId: string; slug: string };
let rival: { tenantId: string; slug: string };

/** Calls of four tenants in turn, with what each level above paid: seven tenths and a half of what the caller paid. */
async function seed(): Promise<void> {
  const of = [on.customer, beta, on.upper, rival];
  await on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, extension_number, extension_name, kind, dialled, to_e164, country, state, outcome, reason,
       started_at, ended_at, talk_ms, billed_seconds, cost_micros, currency)
     SELECT ($1::uuid[])[1 + i % 4], 'old', 'pbx-' || i, '101', CASE WHEN i % 601 = 5 THEN 'Attic' ELSE 'Desk' END, 'external', '030' || 5000000 + i,
       '4930' || 5000000 + i, CASE WHEN i % 97 = 6 THEN 'AQ' ELSE 'DE' END, 'ended', CASE WHEN i % 90 = 4 THEN 'blocked' ELSE 'answered' END, CASE WHEN i % 90 = 4 THEN 'CAP-01' END,
       timestamptz '2026-05-01 00:00Z' + i * interval '50 seconds', timestamptz '2026-05-09 00:00Z', 30000, 60,
       CASE WHEN i % 90 <> 4 THEN CASE WHEN i % 300 = 8 THEN 2000000 ELSE 10000 END END, 'EUR'
     FROM generate_series(0, $2::int - 1) i`,
    [of.map(({ tenantId }) => tenantId), CALLS],
  );
  await on.sql(
    `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros, first_seconds,
       next_seconds, grace_seconds, billed_seconds, charged_micros)
     SELECT b.ancestor_id, c.id, c.tenant_id, b.depth, w.id, 'charged', 0, 'Plan', '49', 1, 0, 60, 60, 0, 60, c.cost_micros * (10 - 3 * b.depth) / 10
     FROM call c JOIN tenant_below b ON b.descendant_id = c.tenant_id JOIN wallet w ON w.tenant_id = b.ancestor_id JOIN tenant t ON t.id = b.ancestor_id
     WHERE t.kind <> 'operator' AND c.cost_micros IS NOT NULL`,
  );
  await on.sql("ANALYZE call");
  await foldUsage(db.pool);
}

beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
  beta = await on.tenant("customer", on.upper, { slug: "beta" });
  rival = await on.tenant("customer", on.operator, { slug: "rival" });
  await on.assign(beta, on.plans.middle);
  await on.assign(rival, on.plans.wholesale);
  for (const of of [beta, rival]) await on.topUp(of, 1_000_000n);
  await seed();
});
afterAll(() => db.drop());

type Who = "operator" | "upper" | "lower" | "customer";
type Filter = Omit<Parameters<ReturnType<Chain["as"]>["calls"]["list"]>[0], "tenantSlug">;
type Page = Awaited<ReturnType<ReturnType<Chain["as"]>["calls"]["list"]>>;
const slugs = { operator: "operator", upper: "upper", lower: "lower", customer: "acme" } as const;

async function listed(who: Who, filter: Filter): Promise<Page["items"]> {
  const items: Page["items"][number][] = [];
  let cursor: string | null = null;
  do {
    const at: Filter = cursor === null ? filter : { ...filter, cursor };
    const page: Page = await on.as(who).calls.list({ tenantSlug: slugs[who], limit: 200, scope: "below", ...at });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

const total = (who: Who, filter: Filter) =>
  on.as(who).reports.calls({ tenantSlug: slugs[who], scope: "below", ...filter });

/** What a level paid for a call, and what the one below it paid; told from the holds, as the owner of the database. */
const truth = (who: Who, condition: string) =>
  on.sql<{ id: string; slug: string; cost: string; paid: string | null }>(
    `SELECT c.id, t.slug, coalesce(CASE b.depth WHEN 0 THEN c.cost_micros ELSE own.charged_micros END, 0)::text AS cost, sold.charged_micros::text AS paid
     FROM call c JOIN tenant_below b ON b.descendant_id = c.tenant_id AND b.ancestor_id = $1 JOIN tenant t ON t.id = c.tenant_id
     LEFT JOIN hold own ON own.call_id = c.id AND own.tenant_id = $1 LEFT JOIN hold sold ON sold.call_id = c.id AND sold.level = b.depth - 1
     WHERE ${condition} ORDER BY c.started_at DESC, c.id DESC`,
    [on.tenants[who].tenantId],
  );

const cases: readonly (readonly [string, Filter, string])[] = [
  ["nothing", {}, "true"],
  ["an outcome", { outcome: "blocked" }, "c.outcome = 'blocked'"],
  ["a reason", { reason: "CAP-01" }, "c.reason = 'CAP-01'"],
  ["a country", { country: "AQ" }, "c.country = 'AQ'"],
  ["a country and an outcome", { country: "AQ", outcome: "answered" }, "c.country = 'AQ' AND c.outcome = 'answered'"],
  ["a number", { text: "+49 30 5000123" }, "c.to_e164 = '49305000123'"],
  ["a part of a name", { text: "attic" }, "c.extension_name = 'Attic'"],
  ["the id that the PBX gave", { text: "pbx-1234" }, "c.pbx_call_id = 'pbx-1234'"],
  ["days", { from: "2026-05-01", to: "2026-05-01" }, "c.started_at < '2026-05-02'"],
  [
    "what was paid",
    { minCost: "0.5" },
    "CASE b.depth WHEN 0 THEN c.cost_micros ELSE sold.charged_micros END >= 500000",
  ],
];

function proofOfLists(some: typeof cases): void {
  test.each(some)(
    "by %s has those of the branch and nobody else's, each at its own level, and adds up",
    async (...one) => {
      const [, filter, condition] = one;
      for (const who of ["operator", "upper", "lower"] as const) {
        const [items, rows] = [await listed(who, filter), await truth(who, condition)];
        const seen = items.map(({ id, costMicros, below }) => ({
          id,
          slug: below?.tenant.slug,
          cost: String(costMicros),
          paid: below?.paid ? String(below.paid.micros) : null,
        }));
        expect(seen).toEqual(rows);
        const oldest = await listed(who, { ...filter, sort: "-time" });
        expect(oldest.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toReversed());
        const totals = await total(who, filter);
        expect(totals.since).toBeNull();
        expect(totals).toMatchObject({
          calls: rows.length,
          costMicros: rows.reduce((n, { cost }) => n + BigInt(cost), 0n),
        });
        const paid = rows.reduce((n, row) => n + BigInt(row.paid ?? 0), 0n);
        expect(totals.paid).toEqual(paid === 0n ? [] : [{ currency: "EUR", micros: paid }]);
      }
    },
  );
}

describe("the list of a branch", () => {
  proofOfLists(cases);

  test("of one tenant has its calls and those of all below it", async () => {
    const rows = await truth("upper", "t.slug = 'acme'");
    for (const tenant of ["lower", "acme"]) {
      expect((await listed("upper", { tenant })).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      expect((await total("upper", { tenant })).calls).toBe(rows.length);
    }
  });

  test("is not to be had of a sibling, of whoever is above, or of nobody", async () => {
    for (const tenant of ["rival", "operator", "nobody"]) {
      await expect(listed("upper", { tenant })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(total("upper", { tenant })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });

  test("is what a seller sees first, and a customer its own calls", async () => {
    const usual = (who: Who) => on.as(who).calls.list({ tenantSlug: slugs[who], scope: "usual" });
    expect((await usual("upper")).below).toBe(true);
    expect(await usual("customer")).toMatchObject({ below: false });
    expect((await usual("customer")).items.every(({ below }) => below === null)).toBe(true);
    const own = await on.as("upper").calls.list({ tenantSlug: "upper" });
    expect(own.below).toBe(false);
    expect(own.items).toHaveLength(50);
  });

  test("goes into a file as it is shown", async () => {
    const rows = await truth("upper", "c.country = 'AQ'");
    const desk = exportDesk(db, on.as("upper"), on.upper);
    const file = { what: "calls", format: "jsonl", filter: { scope: "below", country: "AQ" } } as const;
    const lines = (await desk.made(file)).text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line["call_id"]).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    const sum = (key: string) => lines.reduce((n, line) => n + Math.round(Number(line[key] ?? 0) * 1_000_000), 0);
    expect(sum("cost")).toBe(rows.reduce((n, { cost }) => n + Number(cost), 0));
    expect(sum("paid")).toBe(rows.reduce((n, { paid }) => n + Number(paid ?? 0), 0));
    await expect(desk.ask({ what: "calls", format: "pdf", filter: { scope: "below" } })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  });
});

test("shows each level its own price and what was paid to it, and nothing of the others", async () => {
  const callId = await on.talk(60_000);
  const prices = { operator: [], upper: ["1234566"], lower: ["2345679"] } as const;
  const paid = { operator: "1234566", upper: "2345679", lower: "3456780" } as const;
  for (const who of ["operator", "upper", "lower"] as const) {
    const page = await on.as(who).calls.list({ tenantSlug: slugs[who], scope: "below", limit: 1 });
    const one = await total(who, { text: callId });
    const file = await exportDesk(db, on.as(who), on.tenants[who]).made({
      what: "calls",
      filter: { scope: "below", text: callId },
    });
    const text = JSON.stringify([page, one, file.text], (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(page.items[0]).toMatchObject({ id: callId, below: { tenant: { slug: "acme" } } });
    for (const figure of ["1234566", "2345679", "3456780"]) {
      const may = figure === paid[who] || (prices[who] as readonly string[]).includes(figure);
      expect([who, figure, text.includes(figure)]).toEqual([who, figure, may]);
      const decimals = `${figure[0]}.${figure.slice(1)}`.replace(/0$/, "");
      expect([who, decimals, text.includes(decimals)]).toEqual([who, decimals, may]);
    }
  }
});

// Last, for what is proved before is about a branch whose tenants are asked one by one.
describe("the list of a branch of many tenants", () => {
  beforeAll(async () => {
    for (let n = 0; n < 201; n += 1) await on.tenant("customer", on.upper);
  });
  proofOfLists(cases.filter(([, filter]) => Object.keys(filter).length > 0 && !filter.from));
});
