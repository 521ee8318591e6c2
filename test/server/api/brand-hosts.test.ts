import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import type { Context } from "@/server/api/context";
import { createAttempts } from "@/server/auth/attempts";
import { doorOf } from "@/server/domain/brands/door";
import { createTxtLookup } from "@/server/infra/dns/txt";
import { silentLogger } from "@/server/infra/log/logger";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, contextFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { startDns } from "@/test/support/dns";
import { recheckHosts } from "@/workers/processors/recheck-hosts";
import type { SystemContext } from "@/workers/processors/types";

const host = "phones.quay.example";
const record = `_ringfence.${host}`;

let db: TestDatabase;
let branches: Branches;
let dns: Awaited<ReturnType<typeof startDns>>;
let owners: Record<"ours" | "theirs", string>;
beforeAll(async () => {
  [db, dns] = await Promise.all([createDatabase(), startDns()]);
  branches = await makeBranches(db);
  const [ours, theirs] = [branches.reseller, branches.theirs];
  owners = { ours: await branches.seat(ours, "owner"), theirs: await branches.seat(theirs, "owner") };
});
afterAll(async () => {
  await dns.stop();
  await db.drop();
});
beforeEach(async () => {
  dns.forget(record);
  await branches.build.sql("DELETE FROM brand");
});

const as = (who: "ours" | "theirs", more: Partial<Context> = {}) =>
  callerFor(db.app, owners[who], { lookupTxt: createTxtLookup([dns.server]), ...more }).branding;
const servedFor = async () => (await doorOf(db.app, host, testSettings.houseUrl))?.tenantId;

/** Chooses a brand and the name for it. @returns the value of the record that would show it. */
async function wants(who: "ours" | "theirs"): Promise<string> {
  const brand = { name: who, colour: null, senderName: null, replyTo: null, seen: "" };
  await as(who).set({ tenantSlug: who, ...brand });
  return (await as(who).setHost({ tenantSlug: who, host })).record?.value ?? "";
}
const check = (who: "ours" | "theirs") => as(who).checkHost({ tenantSlug: who });
async function shows(who: "ours" | "theirs"): Promise<void> {
  dns.set(record, await wants(who));
  expect(await check(who)).toEqual({ state: "verified" });
}

const job = () =>
  recheckHosts({}, {
    jobId: "j-1",
    db: db.app,
    pool: db.pool,
    log: silentLogger,
    lookupTxt: createTxtLookup([dns.server]),
  } as Partial<SystemContext> as SystemContext);
const brandOf = () =>
  branches.build.one<{ verified: boolean; missed: boolean; checked: boolean }>(
    `SELECT host_verified_at IS NOT NULL AS verified, host_missed_since IS NOT NULL AS missed,
       host_checked_at > now() - interval '1 hour' AS checked FROM brand WHERE tenant_id = $1`,
    [branches.reseller.tenantId],
  );
const dayLater = () =>
  branches.build.sql(
    `UPDATE brand SET host_checked_at = host_checked_at - interval '1 day', host_missed_since = host_missed_since - interval '1 day'`,
  );

test("a name moves to whoever its DNS names last, both trails say so, and the old record brings nothing back", async () => {
  await shows("ours");
  const value = await wants("theirs");
  expect(await check("theirs")).toEqual({ state: "missing" });
  expect(await servedFor()).toBe(branches.reseller.tenantId);

  const old = (await as("ours").get({ tenantSlug: "ours" })).own?.record?.value ?? "";
  dns.set(record, old, value);
  expect(await check("theirs")).toEqual({ state: "verified" });
  expect(await servedFor()).toBe(branches.theirs.tenantId);
  expect(await check("ours")).toEqual({ state: "missing" });
  expect(await servedFor()).toBe(branches.theirs.tenantId);
  const lost = await branches.build.sql(
    "SELECT after->>'host' AS host FROM audit_event WHERE tenant_id = $1 AND action = 'brand.lose_host'",
    [branches.reseller.tenantId],
  );
  expect(lost).toEqual([{ host }]);
  const won = await branches.build.sql<{ state: string }>(
    "SELECT after->>'state' AS state FROM audit_event WHERE tenant_id = $1 AND action = 'brand.check_host' ORDER BY seq",
    [branches.theirs.tenantId],
  );
  expect(won.at(-1)).toEqual({ state: "verified" });
});

test("a name that its DNS does not show for three days is given up, and its owners are told once", async () => {
  await shows("ours");
  dns.forget(record);
  await job();
  expect(await brandOf()).toEqual({ verified: true, missed: false, checked: true });
  for (let day = 0; day < 3; day += 1) {
    await dayLater();
    await job();
    await job();
    expect(await brandOf()).toEqual({ verified: true, missed: true, checked: true });
  }
  await dayLater();
  await job();
  await job();
  expect(await brandOf()).toEqual({ verified: false, missed: false, checked: true });
  expect(await servedFor()).toBeUndefined();
  const mails = await branches.build.sql("SELECT recipient FROM mail WHERE subject = $1 AND tenant_id = $2", [
    `${host} is not served any more`,
    branches.reseller.tenantId,
  ]);
  expect(mails).toHaveLength(1);
});

test("a miss in between, and a DNS that does not answer, cost nothing", async () => {
  await shows("ours");
  const own = (await as("ours").get({ tenantSlug: "ours" })).own?.record?.value ?? "";
  dns.forget(record);
  await dayLater();
  await job();
  expect(await brandOf()).toMatchObject({ verified: true, missed: true });
  dns.set(record, own);
  await dayLater();
  await job();
  expect(await brandOf()).toEqual({ verified: true, missed: false, checked: true });
  await dayLater();
  const silent = async () => Promise.reject(new Error("no answer"));
  const away = { jobId: "j", db: db.app, pool: db.pool, log: silentLogger, lookupTxt: silent };
  await recheckHosts({}, away as Partial<SystemContext> as SystemContext);
  expect(await brandOf()).toEqual({ verified: true, missed: false, checked: false });
});

test("a session that was left open neither names, checks nor drops a host name", async () => {
  await wants("ours");
  const { signedIn } = contextFor(db.app, owners.ours);
  const old = as("ours", { signedIn: signedIn && { ...signedIn, authenticatedAt: new Date(0) } });
  const again = { message: "reauth_required" };
  const ours = { tenantSlug: "ours" };
  await expect(old.setHost({ ...ours, host: null })).rejects.toMatchObject(again);
  await expect(old.checkHost(ours)).rejects.toMatchObject(again);
  await expect(old.reset(ours)).rejects.toMatchObject(again);
});

test("the portal cannot write a brand down that is verified already", async () => {
  const written = branches.build.sql<{ may: boolean }>(
    "SELECT has_column_privilege('portal_app', 'brand', c, 'INSERT') AS may FROM unnest($1::text[]) c",
    [["host", "host_token", "host_verified_at", "host_checked_at", "host_missed_since"]],
  );
  expect((await written).map(({ may }) => may)).toEqual([false, false, false, false, false]);
});

test("looks at the DNS are slowed down per person", async () => {
  await wants("ours");
  const attempts = createAttempts({ secret: "s".repeat(32), sql: db.pool });
  const look = () => as("ours", { attempts }).checkHost({ tenantSlug: "ours" });
  for (let i = 0; i < 6; i += 1) expect(await look()).toEqual({ state: "missing" });
  const asked = dns.asked.length;
  await expect(look()).rejects.toMatchObject({ message: "rate_limited" });
  expect(dns.asked).toHaveLength(asked);
});
