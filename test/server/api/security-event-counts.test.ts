import { afterAll, beforeAll, expect, test } from "vitest";

import { LOOKED_AT } from "@/server/domain/security-events/security-event-where";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let operatorSlug: string;

/** So many of one kind, a second apart, the last at that moment of a day in 2026. */
const came = (
  many: number,
  type: string,
  account: string,
  address: string,
  transport: string,
  until: string,
  slug = operatorSlug,
) =>
  on.sql(
    `INSERT INTO security_event (tenant_id, at, type, username, address, transport)
     SELECT t.id, $6::timestamptz - (n - 1) * interval '1 second', $2, $3, $4, $5 FROM tenant t, generate_series(1, $1::int) n WHERE t.slug = $7`,
    [many, type, account, address, transport, until, slug],
  );

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  const [operator] = await on.sql<{ slug: string }>("SELECT slug FROM tenant WHERE kind = 'operator'");
  operatorSlug = operator?.slug ?? "";
  await came(40, "InvalidPassword", "acme-101", "198.51.100.7", "UDP", "2026-05-01T10:00:00Z", "acme");
  await came(3, "InvalidPassword", "acme-101", "198.51.100.8", "TLS", "2026-05-01T13:30:00Z", "acme");
  await came(5, "FailedACL", "a b&c:d", "203.0.113.9", "TCP", "2026-05-02T10:00:00Z");
  await came(2, "InvalidAccountID", "", "2001:db8:0:1::5", "UDP", "2026-05-02T11:00:00Z");
});
afterAll(() => db.drop());

const as = (who = on.owners.operator) => callerFor(db.app, who).securityEvents;
const may = { since: "2026-05-01T00:00:00Z", until: "2026-06-01T00:00:00Z" };
const counts = (filter: object = {}, who = on.owners.operator, tenantSlug = operatorSlug) =>
  as(who).counts({ tenantSlug, ...may, ...filter });
const facet = async (name: string, filter: object = {}) =>
  (await counts(filter)).counts.filter((one) => one.facet === name).map(({ value, events }) => `${value} ${events}`);
const listed = async (filter: object = {}) =>
  (await as().list({ tenantSlug: operatorSlug, limit: 200, ...may, ...filter })).items.length;

test("events are counted by what they are, the most of them first", async () => {
  expect(await facet("type")).toEqual(["InvalidPassword 43", "FailedACL 5", "InvalidAccountID 2"]);
  expect(await facet("account")).toEqual(["acme-101 43", "a b&c:d 5"]);
  expect(await facet("address")).toEqual(["198.51.100.0/24 43", "203.0.113.0/24 5", "2001:db8:0:1::/64 2"]);
  expect(await facet("transport")).toEqual(["UDP 42", "TCP 5", "TLS 3"]);
  const tenants = (await counts()).counts.filter((one) => one.facet === "tenant");
  expect(tenants.map(({ value, events }) => [value, events])).toEqual([
    ["acme", 43],
    [operatorSlug, 7],
  ]);
  expect(tenants[0]?.name).not.toBeNull();
  expect(await counts()).toMatchObject({ events: 50, since: null });
});

test("a tenant counts its own, and whoever may not read them counts nothing", async () => {
  const own = await counts({}, on.owners.customer, "acme");
  expect(own).toMatchObject({ events: 43 });
  expect(own.counts.map(({ value }) => value)).not.toContain(operatorSlug);
  const viewer = await on.person(on.customer, "viewer");
  await expect(counts({}, viewer, "acme")).rejects.toThrow("forbidden");
});

test("what narrows the list narrows the counts, and what is left out is in neither", async () => {
  const filters: readonly [object, number][] = [
    [{ transport: "TLS" }, 3],
    [{ transport: "TLS", severity: "high", account: "acme-101" }, 3],
    [{ address: "2001:db8:0:1::/64", type: "InvalidAccountID" }, 2],
    [{ not: "type:InvalidPassword" }, 7],
    [{ not: "address:198.51.100.0/24 address:203.0.113.9" }, 2],
    [{ not: "account:a%20b%26c%3Ad" }, 45],
    [{ not: "transport:UDP" }, 8],
    [{ not: "tenant:acme" }, 7],
    [{ not: "tenant:acme", type: "FailedACL" }, 5],
    [{ since: "2026-05-01T09:59:50Z", until: "2026-05-01T10:00:00Z" }, 10],
    [{ from: "2026-05-02", to: "2026-05-02" }, 7],
    [{ tenant: "acme", not: "address:198.51.100.7" }, 3],
    [{ tenant: "nobody" }, 0],
  ];
  for (const [filter, many] of filters) {
    expect(await listed(filter), JSON.stringify(filter)).toBe(many);
    expect(await counts(filter), JSON.stringify(filter)).toMatchObject({ events: many, since: null });
  }
});

test("a filter that cannot be understood is refused", async () => {
  const bad = [
    "type",
    "colour:red",
    "address:%",
    "address:198.51.0.0/16",
    "type:a  x",
    Array(21).fill("type:a").join(" "),
  ];
  for (const not of bad) await expect(counts({ not }), not).rejects.toThrow("invalid_input");
  await expect(counts({ since: "yesterday" })).rejects.toThrow("invalid_input");
});

test("the bars hold every event once, each between its two moments, and one of them narrows to itself", async () => {
  const { bars, events } = await counts();
  expect(bars.reduce((sum, bar) => sum + bar.events, 0)).toBe(events);
  expect(bars.length).toBeGreaterThan(2);
  expect(bars.length).toBeLessThanOrEqual(60);
  const [first] = bars;
  expect(await listed({ since: first?.from.toISOString(), until: first?.until.toISOString() })).toBe(first?.events);
  expect((await counts({ type: "SessionLimit" })).bars).toEqual([]);
});

test("of very many the newest are counted, and a rare one is found behind pages that have none", {
  timeout: 600_000,
}, async () => {
  await came(1, "SessionLimit", "", "192.0.2.1", "WS", "2026-04-01T00:00:00Z");
  await came(LOOKED_AT + 5_000, "FailedACL", "loud", "192.0.2.2", "UDP", "2026-04-20T00:00:00Z");
  const april = { since: "2026-04-01T00:00:00Z", until: "2026-05-01T00:00:00Z" };
  const some = await counts(april);
  expect(some.events).toBe(LOOKED_AT);
  expect(some.since?.toISOString()).toBe(
    new Date(Date.parse("2026-04-20T00:00:00Z") - (LOOKED_AT - 1) * 1_000).toISOString(),
  );
  const seen: string[] = [];
  let pages = 0;
  for (let cursor: string | null | undefined; cursor !== null; pages += 1) {
    const page = await as().list({
      ...april,
      tenantSlug: operatorSlug,
      not: "account:loud",
      ...(cursor ? { cursor } : {}),
    });
    seen.push(...page.items.map(({ type }) => type));
    cursor = page.nextCursor;
  }
  expect([seen, pages]).toEqual([["SessionLimit"], 2]);
});

test("where the shares of very many tenants are more than is counted, it is said from which moment on", {
  timeout: 600_000,
}, async () => {
  const many = 410;
  const each = 99;
  await on.sql(
    `WITH made AS (INSERT INTO tenant (slug, name, kind, parent_id, currency, time_zone, country)
       SELECT 'crowd-' || n, 'Crowd', 'customer', r.id, r.currency, r.time_zone, r.country FROM tenant r, generate_series(1, $2::int) n WHERE r.id = $1
       RETURNING id)
     INSERT INTO tenant_below (ancestor_id, descendant_id, depth)
       SELECT id, id, 0 FROM made UNION ALL SELECT b.ancestor_id, m.id, b.depth + 1 FROM made m, tenant_below b WHERE b.descendant_id = $1`,
    [on.reseller.tenantId, many],
  );
  await on.sql(
    `INSERT INTO security_event (tenant_id, at, type, username, address, transport)
     SELECT t.id, '2026-03-20T00:00:00Z'::timestamptz - (n - 1) * interval '1 second', 'FailedACL', 'crowd', '192.0.2.3', 'UDP'
     FROM tenant t, generate_series(1, $1::int) n WHERE t.slug LIKE 'crowd-%'`,
    [each],
  );
  const march = { since: "2026-03-01T00:00:00Z", until: "2026-04-01T00:00:00Z" };
  const some = await counts(march, on.owners.reseller, on.reseller.slug);
  expect(some.events).toBe(2 * LOOKED_AT);
  // Each second has one of every tenant, and the newest of those are counted.
  const seconds = Math.ceil((2 * LOOKED_AT) / many) - 1;
  expect(some.since?.toISOString()).toBe(new Date(Date.parse("2026-03-20T00:00:00Z") - seconds * 1_000).toISOString());
});
