import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Batch } from "@/server/domain/exports/sources";
import { exportSources } from "@/server/domain/exports/sources";
import { readTenant } from "@/server/infra/db/read-tenant";
import { inLanguage } from "@/server/infra/words/speaking";
import type { TenantId } from "@/server/kernel/ids";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let operatorSlug: string;
let phone: { id: string; sipUsername: string };

/** Stores an event as the worker does, and says nothing of it. */
const came = (type: string, account: string, address: string, minutesAgo = 0, detail: object = {}) =>
  db.pool.query("store", "SELECT security_event_store(now() - $1 * interval '1 minute', $2, $3, $4, 'UDP', $5)", [
    minutesAgo,
    type,
    account,
    address,
    JSON.stringify({ severity: "Error", service: "PJSIP", count: 3, ...detail }),
  ]);
const as = (userId: string) => callerFor(db.app, userId).securityEvents;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  const [operator] = await on.sql<{ slug: string }>("SELECT slug FROM tenant WHERE kind = 'operator'");
  operatorSlug = operator?.slug ?? "";
  phone = await callerFor(db.app, on.owners.customer).extensions.create({
    tenantSlug: "acme",
    number: "140",
    displayName: "Desk",
  });
  await came("InvalidPassword", phone.sipUsername, "198.51.100.7", 1, { SessionID: "0x7f", Challenge: "c/1" });
  await came("InvalidAccountID", "nobody", "198.51.100.9", 2);
  await came("FailedACL", "nobody", "198.51.1.9", 3);
  await came("FailedACL", "nobody", "2001:db8:0:1::5", 4);
});
afterAll(() => db.drop());

const types = async (filter: object = {}, who = on.owners.operator, tenantSlug = operatorSlug) =>
  (await as(who).list({ tenantSlug, ...filter })).items.map(({ type, address }) => `${type} ${address}`);

test("the operator reads them all, a tenant those of its own phones and of tenants below", async () => {
  expect(await types()).toEqual([
    "InvalidPassword 198.51.100.7",
    "InvalidAccountID 198.51.100.9",
    "FailedACL 198.51.1.9",
    "FailedACL 2001:db8:0:1::5",
  ]);
  expect(await types({}, on.owners.customer, "acme")).toEqual(["InvalidPassword 198.51.100.7"]);
  expect(await types({}, on.owners.reseller, "reseller")).toEqual(["InvalidPassword 198.51.100.7"]);
  const viewer = await on.person(on.customer, "viewer");
  await expect(as(viewer).list({ tenantSlug: "acme" })).rejects.toThrow("forbidden");
});

test("whatever narrows the list narrows it, also to nothing, and a network that is none is said to be", async () => {
  expect(await types({ type: "FailedACL" })).toHaveLength(2);
  expect(await types({ severity: "high" })).toEqual(["InvalidPassword 198.51.100.7"]);
  expect(await types({ severity: "medium" })).toHaveLength(3);
  expect(await types({ severity: "low" })).toEqual([]);
  expect(await types({ address: "198.51.100.7" })).toEqual(["InvalidPassword 198.51.100.7"]);
  expect(await types({ address: "198.51.100.0/24" })).toHaveLength(2);
  expect(await types({ address: "2001:db8:0:1::/64" })).toEqual(["FailedACL 2001:db8:0:1::5"]);
  expect(await types({ account: "nobody", type: "InvalidAccountID" })).toHaveLength(1);
  expect(await types({ tenant: "acme" })).toEqual(["InvalidPassword 198.51.100.7"]);
  expect(await types({ tenant: operatorSlug })).toHaveLength(3);
  // A tenant that is not below is none.
  expect(await types({ tenant: operatorSlug }, on.owners.customer, "acme")).toEqual([]);
  expect(await types({ from: "2999-01-01" })).toEqual([]);
  expect(await types({ to: "2000-01-01" })).toEqual([]);
  expect(await types({ from: "2000-01-01", to: "2999-01-01" })).toHaveLength(4);
  for (const address of ["198.51.0.0/16", "198.51.100.7/24", "of nobody/24", "/"])
    await expect(as(on.owners.operator).list({ tenantSlug: operatorSlug, address })).rejects.toThrow("invalid_input");
  expect(await types({ account: "'; DROP TABLE security_event; --" })).toEqual([]);
});

test("pages follow each other without a gap, also of events of one moment", async () => {
  const tenantSlug = operatorSlug;
  await on.sql(
    "INSERT INTO security_event (tenant_id, at, type, address) SELECT id, '2026-02-03 04:05:06.789012+00', 'SessionLimit', n::text FROM tenant, generate_series(1, 7) n WHERE kind = 'operator'",
  );
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await as(on.owners.operator).list({
      ...{ tenantSlug, type: "SessionLimit", limit: 2 },
      ...(cursor ? { cursor } : {}),
    });
    seen.push(...page.items.map(({ address }) => address));
    cursor = page.nextCursor;
  }
  expect(seen.toSorted()).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
});

test("one event tells its phone, its network and its incidents, and no secret", async () => {
  const tenantSlug = operatorSlug;
  const [listed] = (await as(on.owners.operator).list({ tenantSlug, address: "198.51.100.7" })).items;
  await on.sql(
    "INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at) SELECT id, 'sip_attack', '198.51.100.0/24', 'Failed sign-ins from 198.51.100.0/24', 'low', now(), now() FROM tenant WHERE kind = 'operator'",
  );
  const event = await as(on.owners.operator).get({ tenantSlug, eventId: listed?.key ?? "" });
  expect(event).toMatchObject({
    count: 3,
    network: "198.51.100.0/24",
    extension: { id: phone.id, number: "140" },
    tenant: { slug: "acme" },
    incidents: [{ title: "Failed sign-ins from 198.51.100.0/24", state: "triage" }],
  });
  expect(JSON.stringify(event)).not.toMatch(/0x7f|c\/1/);
  const get = () => as(on.owners.operator).get({ tenantSlug, eventId: listed?.key ?? "" });
  const german = await inLanguage("de", get);
  expect(german.incidents).toMatchObject([{ title: "Fehlgeschlagene Anmeldungen von 198.51.100.0/24" }]);
  // The operator's incidents are no business of the tenant, and the operator's events are not there for it.
  const own = await as(on.owners.customer).get({ tenantSlug: "acme", eventId: listed?.key ?? "" });
  expect(own.incidents).toEqual([]);
  const [other] = (await as(on.owners.operator).list({ tenantSlug, address: "198.51.100.9" })).items;
  for (const eventId of [other?.key ?? "", `1_${randomUUID()}`])
    await expect(as(on.owners.customer).get({ tenantSlug: "acme", eventId })).rejects.toThrow("not_found");
});

test("a file has them all, oldest first, batch by batch, with the filter of the page and none that came later", async () => {
  const tenantId = on.operator.tenantId as TenantId;
  const asOf = new Date();
  await came("FailedACL", "late", "192.0.2.1", -10);
  const read = async (filter: object, limit: number) => {
    const names: unknown[] = [];
    for (let after: string | null = null, first = true; first || after !== null; first = false) {
      const from: string | null = after;
      const batch: Batch = await readTenant(db.app, { tenantId, subtree: true }, (tx) =>
        exportSources.security_events.next(tx, { tenantId, filter, asOf, bound: 0n }, from, limit),
      );
      names.push(...batch.rows.map((row) => `${row[1]} ${row[4]} ${row[7]}`));
      after = batch.after;
    }
    return names;
  };
  expect(await read({ account: "nobody" }, 2)).toEqual([
    `FailedACL 2001:db8:0:1::5 ${operatorSlug}`,
    `FailedACL 198.51.1.9 ${operatorSlug}`,
    `InvalidAccountID 198.51.100.9 ${operatorSlug}`,
  ]);
  expect(await read({ tenant: "acme" }, 10)).toEqual(["InvalidPassword 198.51.100.7 acme"]);
  expect(await read({}, 3)).not.toContain(`FailedACL 192.0.2.1 ${operatorSlug}`);
});

test("the command line lists the same", async () => {
  const rows = await jsonOf<Record<string, unknown>[]>(db.appUrl, ["security", "list", "--address", "198.51.100.0/24"]);
  expect(rows).toMatchObject([
    { type: "InvalidPassword", account: phone.sipUsername, tenant: "acme", count: 3, severity: "high" },
    { type: "InvalidAccountID", account: "nobody", tenant: operatorSlug },
  ]);
  const first = String(rows[0]?.["key"]);
  expect(await jsonOf(db.appUrl, ["security", "list", "--address", "198.51.100.0/24", "--after", first])).toHaveLength(
    1,
  );
  const wrong = await runCli(db.appUrl, ["security", "list", "--tenant", "nowhere", "--json"]);
  expect(JSON.parse(wrong.out)).toMatchObject({ error: { code: "not_found" } });
});

test("a wrong answer under a name that nobody has is as bad as a guess at names, in the list and by its filter", async () => {
  await came("ChallengeResponseFailed", "", "198.18.3.1");
  await came("ChallengeResponseFailed", phone.sipUsername, "198.18.3.2");
  const { items } = await as(on.owners.operator).list({ tenantSlug: operatorSlug, address: "198.18.3.0/24" });
  expect(new Map(items.map(({ address, severity }) => [address, severity]))).toEqual(
    new Map([
      ["198.18.3.1", "medium"],
      ["198.18.3.2", "high"],
    ]),
  );
  expect(await types({ severity: "medium", address: "198.18.3.0/24" })).toEqual(["ChallengeResponseFailed 198.18.3.1"]);
  expect(await types({ severity: "high", address: "198.18.3.0/24" })).toEqual(["ChallengeResponseFailed 198.18.3.2"]);
});
