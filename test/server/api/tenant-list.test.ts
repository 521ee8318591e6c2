import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listTenants } from "@/server/domain/tenancy/tenant-list";
import type { TenantOrder, TenantView } from "@/server/domain/tenancy/tenant-view.schema";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";

const MANY = 2_100;
let db: TestDatabase;
let branches: Branches;
let owner: string;
let root: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  await branches.build.sql("UPDATE tenant SET time_zone = $1", [noonZone()]);
  owner = await branches.seat(branches.reseller, "owner");
  root = await branches.seat(branches.operator, "owner");
});
afterAll(() => db.drop());

const list = (more: { view?: TenantView; sort?: TenantOrder; text?: string; cursor?: string; limit?: number } = {}) =>
  callerFor(db.app, owner).tenants.list({ tenantSlug: "ours", ...more });
const spend = (tenantId: string, daysAgo: number, micros: number) =>
  branches.build.sql(
    "INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls) VALUES ($1, (now() AT TIME ZONE (SELECT time_zone FROM tenant WHERE id = $1))::date - $2::int, gen_random_uuid(), $3, 1)",
    [tenantId, daysAgo, micros],
  );
const slugs = (page: Awaited<ReturnType<typeof list>>) => page.items.map(({ slug }) => slug);

describe("how the tenants below stand", () => {
  test("is told of one's own branch only, with the margin of one's own level only", async () => {
    expect(slugs(await list())).toEqual(["inside", "sibling"]);
    const all = await callerFor(db.app, root).tenants.list({ tenantSlug: "operator" });
    expect(slugs(all)).toEqual(["far", "inside", "ours", "sibling", "theirs"]);
    const margins = all.items.map(({ slug, marginMicros }) => [slug, marginMicros === null]);
    expect(margins).toEqual([
      ["far", true],
      ["inside", true],
      ["ours", false],
      ["sibling", true],
      ["theirs", false],
    ]);
    expect(all.items.find(({ slug }) => slug === "inside")).toMatchObject({ parentSlug: "ours" });
  });

  test("runway is the credit at the pace of seven days; low is less than three, or nothing left", async () => {
    const { customer, sibling } = branches;
    await branches.build.topUp(customer, 10_000_000n);
    await branches.build.topUp(sibling, 10_000_000n);
    await spend(customer.tenantId, 0, 2_000_000);
    await spend(customer.tenantId, 6, 26_000_000);
    await spend(customer.tenantId, 7, 900_000_000);
    await spend(sibling.tenantId, 1, 7_000_000);
    const { items } = await list({ sort: "runway" });
    expect(items).toMatchObject([
      { slug: "inside", runwayDays: 2.5, spentTodayMicros: 2_000_000n },
      { slug: "sibling", runwayDays: 10, spentTodayMicros: 0n },
    ]);
    expect(slugs(await list({ view: "runway" }))).toEqual(["inside"]);
  });

  test("inactive is who was charged nothing for a fortnight and is older than that", async () => {
    const idle = await branches.build.tenant("customer", branches.reseller, { slug: "idle" });
    expect(slugs(await list({ view: "inactive" }))).toEqual([]);
    await branches.build.sql(
      "UPDATE tenant SET created_at = now() - interval '15 days' WHERE slug IN ('idle', 'inside')",
    );
    expect(slugs(await list({ view: "inactive" }))).toEqual(["idle"]);
    await spend(idle.tenantId, 14, 1);
    expect(slugs(await list({ view: "inactive" }))).toEqual(["idle"]);
    await spend(idle.tenantId, 13, 1);
    expect(slugs(await list({ view: "inactive" }))).toEqual([]);
  });

  test("calls, phones and incidents are counted, and a search looks at names as they are written", async () => {
    const phone = await branches.build.phone(branches.sibling, "301");
    await branches.build.sql(
      "INSERT INTO registration (tenant_id, extension_id, contact_id, uri, expires_at) VALUES ($1, $2, 'a', 'sip:a', now() + interval '1 hour'), ($1, $2, 'b', 'sip:b', now() + interval '1 hour'), ($1, $2, 'c', 'sip:c', now() - interval '1 hour')",
      [branches.sibling.tenantId, phone.extensionId],
    );
    await branches.build.sql(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, started_at, currency, extension_id)
       VALUES ($1, 'pbx1', 'one', 'external', '493012345678', 'answered', now(), 'EUR', $2)`,
      [branches.sibling.tenantId, phone.extensionId],
    );
    await branches.build.sql(
      `WITH i AS (INSERT INTO incident (tenant_id, kind, title, source, severity, first_at, last_at) VALUES ($1, 'sip_attack', 'Guessing', '192.0.2.1', 'high', now(), now()) RETURNING id)
       INSERT INTO incident_subject (tenant_id, incident_id, kind, value, of_tenant_id, extension_id, first_at, last_at)
       SELECT $1, i.id, 'extension', $3::text, $2, $3::uuid, now(), now() FROM i`,
      [branches.operator.tenantId, branches.sibling.tenantId, phone.extensionId],
    );
    const { items } = await list({ sort: "calls" });
    expect(items[0]).toMatchObject({ slug: "sibling", liveCalls: 1, phones: 1, phonesOnline: 1, openIncidents: 1 });
    expect(slugs(await list({ view: "incidents" }))).toEqual(["sibling"]);
    expect(slugs(await list({ text: "SIBL" }))).toEqual(["sibling"]);
    expect(slugs(await list({ text: "s_b" })), "no pattern of the reader's").toEqual([]);
  });
});

/** All of them, one to a page. */
async function paged(sort: TenantOrder): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({ sort, limit: 1, ...(cursor ? { cursor } : {}) });
    seen.push(...slugs(page));
    cursor = page.nextCursor;
  } while (cursor && seen.length < 20);
  return seen;
}

test("an order is turned round by a minus, page by page; whose margin is not the own one stands last either way", async () => {
  for (const sort of ["name", "balance", "spent", "created"] as const) {
    const there = slugs(await list({ sort }));
    expect(there.length).toBeGreaterThan(1);
    expect(await paged(`-${sort}`), sort).toEqual(there.toReversed());
  }
  for (const sort of ["margin", "-margin"] as const) {
    const { items } = await callerFor(db.app, root).tenants.list({ tenantSlug: "operator", sort });
    const own = items.map(({ marginMicros }) => marginMicros !== null);
    expect(own, sort).toEqual(own.toSorted().toReversed());
    expect(own[0], sort).toBe(true);
  }
});

describe(`${MANY} tenants`, () => {
  beforeAll(async () => {
    await branches.build.sql("SELECT set_config('app.tenant_id', $1, false)", [branches.reseller.tenantId]);
    await branches.build.sql(
      "SELECT tenant_create('many-' || n, CASE WHEN n % 7 = 0 THEN 'Äö ' || repeat('x', 190) ELSE 'Many ' || (n % 5) END, 'customer', 'EUR', 'UTC', 'DE', NULL) FROM generate_series(1, $1::int) n",
      [MANY],
    );
  });

  test.each(["name", "created", "runway"] as const)("are all found once by %s", async (sort) => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ sort, limit: 100, ...(cursor ? { cursor } : {}) });
      expect(page.matching).toBe(MANY + 3);
      seen.push(...slugs(page));
      cursor = page.nextCursor;
    } while (cursor && seen.length < 2 * MANY);
    expect(new Set(seen).size).toBe(MANY + 3);
    expect(seen).toHaveLength(MANY + 3);
  });

  test("a page is one question to the database, however many they are", async () => {
    let asked = 0;
    const scope = { tenantId: branches.reseller.tenantId as TenantId, subtree: true };
    await readTenant(db.app, scope, async (tx) => {
      const counting = new Proxy(tx, {
        get: (target, name) => {
          if (name === "$queryRaw") asked += 1;
          return Reflect.get(target, name);
        },
      });
      await listTenants(counting, scope.tenantId, { view: "all", sort: "name", limit: 100 });
    });
    expect(asked).toBe(1);
  });

  test("the tree of the pickers has every one of them", async () => {
    const { items } = await callerFor(db.app, owner).tenants.tree({ tenantSlug: "ours" });
    expect(items).toHaveLength(MANY + 4);
  });

  test("a cursor that is none is refused", async () => {
    for (const cursor of ["x", Buffer.from('["a","1; DROP","b"]').toString("base64url")]) {
      await expect(list({ cursor })).rejects.toMatchObject({ message: "invalid_input" });
    }
  });
});
