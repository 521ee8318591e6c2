import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { countFailures } from "@/server/domain/bans/automatic";
import { keepNetwork, listBans, setBanSetting } from "@/server/domain/bans/ban-list";
import { liftBan, placeBan, previewBan } from "@/server/domain/bans/bans";
import { webBanOf } from "@/server/domain/bans/web-ban";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator);
});
afterAll(() => db.drop());

const actor = { kind: "cli", id: "test", requestId: "r" } as const;
const as = <T>(of: Tenancy, work: (tx: TenantWrite) => Promise<T>) =>
  change(db.app, { tenantId: of.tenantId as TenantId, actor, action: "ban.place" }, async (tx) => ({
    subject: "ban:test",
    result: await work(tx),
  }));
type More = Partial<Parameters<typeof placeBan>[1]>;
const place = (network: string, more: More = {}, of = operator) =>
  as(of, (tx) =>
    placeBan(tx, { network, scope: "sip", reason: "Looked at", source: { kind: "person", id: "test" }, ...more }),
  );
const lift = (banId: string) => as(operator, (tx) => liftBan(tx, { banId, by: "test" }));
const fail = (address: string, failures = 1, scope: "sip" | "web" = "sip", at = new Date()) =>
  countFailures(db.app, { scope, address, failures, at, requestId: "r" });
const list = (show: "active" | "ended" = "active") =>
  readTenant(db.app, { tenantId: operator.tenantId as TenantId }, (tx) =>
    listBans(tx, operator.tenantId as TenantId, { show, limit: 200 }),
  );
const stored = async (id: string | undefined) =>
  (
    await make.sql<{ seconds: number; hits: string; left: number }>(
      `SELECT round(extract(epoch FROM expires_at - created_at))::int AS seconds, hits::text,
       extract(epoch FROM expires_at - clock_timestamp())::float AS left FROM ban WHERE id = $1`,
      [id],
    )
  )[0];
/** As if the ban had been placed that long ago, its length unchanged. */
const longAgo = (id: string | undefined, seconds: number) =>
  make.sql(
    "UPDATE ban SET created_at = created_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2) WHERE id = $1",
    [id, seconds],
  );
const refusedByPbx = async () =>
  (await make.sql<{ deny: string }>("SELECT deny FROM pbx.ps_acls ORDER BY id")).flatMap(({ deny }) => deny.split(","));

test("four mistakes ban nobody, the fifth bans for five minutes, and each repetition twice as long, up to a day", async () => {
  const address = "198.51.100.7";
  for (let n = 0; n < 4; n += 1) expect(await fail(address)).toBeUndefined();
  let ban = (await fail(address))?.ban;
  for (const seconds of [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 76_800, 86_400, 86_400]) {
    expect(await stored(ban?.id)).toMatchObject({ seconds });
    expect(await refusedByPbx()).toContain(`${address}/32`);
    // What comes while it holds is a hit, and neither another ban nor a longer one.
    expect(await fail(address, 7)).toBeUndefined();
    expect(await stored(ban?.id)).toMatchObject({ seconds, hits: "7" });
    await longAgo(ban?.id, seconds + 1);
    expect(await refusedByPbx()).not.toContain(`${address}/32`);
    ban = (await fail(address, 5))?.ban;
  }
  await longAgo(ban?.id, 8 * 86_400);
  const trail = await make.sql(
    "SELECT actor_id, after FROM audit_event WHERE action = 'ban.place' AND actor_id = 'bans.automatic'",
  );
  expect(trail).toHaveLength(12);
});

test("failures of another minute, scope or address are not counted together", async () => {
  const hour = new Date(Date.now() - 3_600_000);
  expect(await fail("198.51.100.20", 4, "sip", hour)).toBeUndefined();
  expect(await fail("198.51.100.20", 4)).toBeUndefined();
  expect(await fail("198.51.100.20", 4, "web")).toBeUndefined();
  expect(await fail("198.51.100.21", 4)).toBeUndefined();
  expect(await fail("no address", 50)).toBeUndefined();
  expect(await fail("", 50)).toBeUndefined();
});

test("an IPv6 sender is its /64, and IPv4 written as IPv6 is IPv4", async () => {
  expect(await fail("2001:db8:7::1", 3)).toBeUndefined();
  expect((await fail("2001:db8:7::2", 3))?.network).toBe("2001:db8:7::/64");
  expect(await refusedByPbx()).toContain("2001:db8:7::/64");
  expect((await fail("::ffff:198.51.100.30", 5))?.network).toBe("198.51.100.30");
});

test("what works keeps its address from being banned by itself, and that is said once a minute", async () => {
  const phone = await make.phone(acme, "131");
  await make.sql(
    `INSERT INTO pbx.ps_contacts (id, uri, endpoint, expiration_time) VALUES ('c1', 'sip:a@198.51.100.40:5061', $1, $2)`,
    [phone.endpoint, String(Math.floor(Date.now() / 1000) + 300)],
  );
  expect(await fail("198.51.100.40", 6)).toMatchObject({ kept: `extension ${phone.endpoint}` });
  expect(await fail("198.51.100.40", 6)).toBeUndefined();
  expect(await fail("127.0.0.1", 50)).toMatchObject({ kept: "loopback 127.0.0.1" });
  await as(operator, (tx) => keepNetwork(tx, operator.tenantId as TenantId, { network: "198.51.100.48/28", note: "" }));
  expect(await fail("198.51.100.50", 6)).toMatchObject({ kept: "keep 198.51.100.48/28" });
  // Somebody who really means it says so; the keep-list and this machine nobody can ban.
  await expect(place("198.51.100.40")).rejects.toMatchObject({ code: "ban_cuts_off", detail: { kind: "extension" } });
  await expect(place("198.51.0.0/16", { cutOff: true })).rejects.toMatchObject({ detail: { kind: "keep" } });
  await expect(place("127.0.0.0/16", { cutOff: true })).rejects.toMatchObject({ detail: { kind: "loopback" } });
  await expect(
    place("203.0.113.0/24", { scope: "web", cutOff: true, ownAddress: "203.0.113.9" }),
  ).rejects.toMatchObject({
    detail: { kind: "you" },
  });
  const tx = { tenantId: operator.tenantId as TenantId };
  expect(await readTenant(db.app, tx, (read) => previewBan(read, { network: "198.51.100.40", scope: "sip" }))).toEqual([
    { kind: "extension", what: phone.endpoint },
  ]);
  expect(await place("198.51.100.40", { cutOff: true })).toMatchObject({ placed: true });
  // The telephone has gone: nothing keeps the address any more.
  await make.sql("UPDATE pbx.ps_contacts SET expiration_time = '1'");
  expect(await readTenant(db.app, tx, (read) => previewBan(read, { network: "198.51.100.40", scope: "sip" }))).toEqual(
    [],
  );
});

test("a ban is prolonged and never shortened, whoever asks, in whatever order", async () => {
  const network = "198.51.100.160";
  let until = 0;
  let id: string | undefined;
  for (let n = 0; n < 40; n += 1) {
    const seconds = 30 + Math.floor(Math.random() * 5_000);
    const done = await place(network, { seconds });
    id ??= done.id;
    expect(done.id).toBe(id);
    expect(done.expiresAt.getTime()).toBeGreaterThanOrEqual(until);
    until = done.expiresAt.getTime();
  }
});

test("two who ban the same at once make one ban, and the longer one holds", async () => {
  const network = "198.51.100.176/28";
  const done = await Promise.all([600, 60, 1_200, 300, 900, 30].map((seconds) => place(network, { seconds })));
  expect(new Set(done.map(({ id }) => id)).size).toBe(1);
  expect(done.filter(({ placed }) => placed)).toHaveLength(1);
  const left = (await stored(done[0]?.id))?.left ?? 0;
  expect(left).toBeGreaterThan(1_150);
  expect(left).toBeLessThan(1_201);
  const address = "198.51.100.90";
  await fail(address, 4);
  const raced = await Promise.all(Array.from({ length: 8 }, () => fail(address)));
  expect(raced.filter((one) => one?.ban)).toHaveLength(1);
});

test("lifting ends it at once, forgets what was counted, and does not make the next one longer", async () => {
  const address = "198.51.100.100";
  const ban = (await fail(address, 9))?.ban;
  expect(await lift(ban?.id ?? "")).toMatchObject({ lifted: true, ban: { network: address } });
  expect(await lift(ban?.id ?? "")).toMatchObject({ lifted: false });
  expect(await refusedByPbx()).not.toContain(`${address}/32`);
  expect(await fail(address, 4)).toBeUndefined();
  expect((await fail(address))?.ban).toMatchObject({ timesBefore: 0 });
  const ended = (await list("ended")).items.find(({ id }) => id === ban?.id);
  expect(ended).toMatchObject({ liftedBy: "test", reason: "9 failed sign-ins", source: "automatic" });
  await expect(lift("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({ code: "not_found" });
});

test("an address banned from the portal is told why and until when, and each request is a hit", async () => {
  const ban = await place("203.0.113.0/28", { scope: "web", reason: "Guesses", seconds: 60 });
  expect(await webBanOf(db.app, "203.0.113.5")).toEqual({ reason: "Guesses", expiresAt: ban.expiresAt });
  expect(await webBanOf(db.app, "203.0.113.16")).toBeUndefined();
  expect(await webBanOf(db.app, "")).toBeUndefined();
  expect(await stored(ban.id)).toMatchObject({ hits: "1" });
  expect(await refusedByPbx()).not.toContain("203.0.113.0/28");
  await longAgo(ban.id, 61);
  expect(await webBanOf(db.app, "203.0.113.5")).toBeUndefined();
});

test("the rule can be changed, and turned off", async () => {
  const rule = {
    scope: "sip",
    automatic: true,
    failures: 2,
    windowSeconds: 60,
    firstSeconds: 45,
    longestSeconds: 60,
  } as const;
  const set = (more: object) =>
    as(operator, (tx) => setBanSetting(tx, operator.tenantId as TenantId, { ...rule, ...more }));
  await set({});
  expect(await fail("198.51.100.120")).toBeUndefined();
  expect(await stored((await fail("198.51.100.120"))?.ban?.id)).toMatchObject({ seconds: 45 });
  await set({ automatic: false });
  expect(await fail("198.51.100.121", 100)).toBeUndefined();
  await set({ failures: 5, windowSeconds: 300, firstSeconds: 300, longestSeconds: 86_400 });
});

test("nobody but the operator places, lifts or sees a ban, and none is changed by the way", async () => {
  await expect(place("198.51.100.200", {}, acme)).rejects.toMatchObject({ code: "not_found" });
  const ban = await place("198.51.100.201");
  await expect(as(acme, (tx) => liftBan(tx, { banId: ban.id, by: "x" }))).rejects.toMatchObject({ code: "not_found" });
  expect(
    (
      await readTenant(db.app, { tenantId: acme.tenantId as TenantId }, (tx) =>
        listBans(tx, acme.tenantId as TenantId, { show: "active" }),
      )
    ).items,
  ).toEqual([]);
  await expect(as(operator, (tx) => tx.$executeRaw`UPDATE ban SET expires_at = now()`)).rejects.toThrow();
  await expect(as(operator, (tx) => tx.$executeRaw`DELETE FROM ban`)).rejects.toThrow();
});

test("the PBX is given two hundred at once: those that somebody placed, then those that were active last", async () => {
  await make.sql("UPDATE ban SET lifted_at = now(), lifted_by = 'test' WHERE lifted_at IS NULL");
  await make.sql(
    `INSERT INTO ban (tenant_id, network, scope, reason, source, created_at, expires_at)
     SELECT $1, ('10.7.' || n / 256 || '.' || n % 256)::inet, 'sip', 'x', 'automatic', now() - make_interval(secs => 1000 - n), now() + interval '1 hour'
     FROM generate_series(1, 300) n`,
    [operator.tenantId],
  );
  await make.sql("UPDATE ban SET source = 'person' WHERE network = '10.7.0.1'");
  // Left out as the second oldest, it comes back, fails, and is refused from then on.
  expect(await refusedByPbx()).not.toContain("10.7.0.2/32");
  await fail("10.7.0.2");
  const given = await refusedByPbx();
  expect(given).toHaveLength(200);
  expect(given).toEqual(expect.arrayContaining(["10.7.0.1/32", "10.7.0.2/32", "10.7.1.44/32"]));
});
