import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { liftBan, placeBan } from "@/server/domain/bans/bans";
import { setAllowList } from "@/server/domain/blocks/allow-list";
import { releaseContainment, startContainment } from "@/server/domain/incidents/containments";
import { SipPhone } from "@/server/embedded/sip-phone";
import { connectDb, type Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { bySystem, containedLane, MONEY } from "@/test/support/contained-lane";
import { type Lane, type LanePhone, startLane, until } from "@/test/support/pbx-lane";

/** Who is banned is refused by the PBX itself. On one machine, other senders are other addresses of it. */
let lane: Lane;
let phone: LanePhone;
let db: Db;
const open: SipPhone[] = [];
beforeAll(async () => {
  lane = await startLane();
  db = connectDb(lane.stack.urls.database, 2);
  phone = (await lane.customer(1_000_000n)).phone;
});
afterAll(async () => {
  await Promise.all(open.map((each) => each.close().catch(() => {})));
  await db?.$disconnect();
  await lane?.stop();
});

async function from(bindHost: string, secret = phone.secret): Promise<SipPhone> {
  const server = { host: "127.0.0.1", port: lane.stack.runtime.sipPort };
  const opened = await SipPhone.open({ username: phone.username, secret, server, bindHost });
  open.push(opened);
  return opened;
}
const register = async (host: string, secret?: string) => (await from(host, secret)).register();
const refused = (code: number) => ({ sipCode: code });
const act = <T>(work: (tx: TenantWrite) => Promise<T>) => {
  const actor = { kind: "cli", id: "test", requestId: "test" } as const;
  const by = { tenantId: lane.operator.tenantId as TenantId, actor, action: "ban.place" } as const;
  return change(db, by, async (tx) => ({ subject: "ban:test", result: await work(tx) }));
};
const place = (network: string, more: { cutOff?: boolean; seconds?: number } = {}) =>
  act((tx) => placeBan(tx, { network, scope: "sip", reason: "Test", source: { kind: "person", id: "test" }, ...more }));

test("a banned address is refused with the right secret too, others are not, and lifting and the end let it in at once", async () => {
  await register("127.0.0.2");
  await expect(place("127.0.0.2")).rejects.toMatchObject({ code: "ban_cuts_off", detail: { what: phone.username } });
  const ban = await place("127.0.0.2", { cutOff: true });
  await expect(register("127.0.0.2")).rejects.toMatchObject(refused(403));
  const call = await (await from("127.0.0.2")).call("030901820");
  expect(await call.ended).toMatchObject(refused(403));
  await register("127.0.0.3");
  await act((tx) => liftBan(tx, { banId: ban.id, by: "test" }));
  await register("127.0.0.2");
  const { id } = await place("127.0.0.2", { cutOff: true });
  await expect(register("127.0.0.2")).rejects.toMatchObject(refused(403));
  await lane.make.sql("UPDATE ban SET expires_at = clock_timestamp() + interval '1 second' WHERE id = $1", [id]);
  await until(() =>
    register("127.0.0.2")
      .then(() => true)
      .catch(() => false),
  );
});

test("who fails five times is banned by itself, a banned network covers its addresses, and this machine's own is never banned", async () => {
  for (let n = 0; n < 5; n += 1) {
    await expect(register("127.0.0.66", "not-the-secret-not-the-secret")).rejects.toMatchObject({
      sipCode: expect.toSatisfy((code: number) => code === 401 || code === 403),
    });
    await expect(register("127.0.0.1", "not-the-secret-not-the-secret")).rejects.toMatchObject(refused(401));
  }
  const banned = () => lane.make.sql("SELECT abbrev(network) AS network, source FROM ban WHERE source = 'automatic'");
  await until(async () => (await banned()).length > 0);
  expect(await banned()).toEqual([{ network: "127.0.0.66", source: "automatic" }]);
  await expect(register("127.0.0.66")).rejects.toMatchObject(refused(403));
  await place("127.7.0.0/16");
  await expect(register("127.7.1.9")).rejects.toMatchObject(refused(403));
  await register("127.0.0.1");
});

test("a phone comes from the networks of its list only, with the right secret too, and from everywhere without one", async () => {
  const { tenant, phone: guarded } = await lane.customer(0n);
  const at = async (bindHost: string) => {
    const server = { host: "127.0.0.1", port: lane.stack.runtime.sipPort };
    const opened = await SipPhone.open({ username: guarded.username, secret: guarded.secret, server, bindHost });
    open.push(opened);
    return opened.register();
  };
  const allow = (networks: readonly string[], cutOff = false) => {
    const actor = { kind: "cli", id: "test", requestId: "test" } as const;
    const by = { tenantId: tenant.tenantId as TenantId, actor, action: "extension.set_allow_list" } as const;
    return change(db, by, async (tx) => {
      const extensionId = guarded.extensionId as ExtensionId;
      const result = await setAllowList(tx, by.tenantId, { extensionId, networks, cutOff });
      return { subject: "extension:test", result };
    });
  };
  await at("127.0.0.11");
  await expect(allow(["127.0.0.12"])).rejects.toMatchObject({ code: "ban_cuts_off", detail: { what: "127.0.0.11" } });
  expect(await allow(["127.0.0.12", "127.0.1.0/24", "2001:db8::/32"], true)).toMatchObject({ forgotten: 1 });
  await expect(at("127.0.0.11")).rejects.toMatchObject({
    sipCode: expect.toSatisfy((code) => code === 401 || code === 403),
  });
  await at("127.0.0.12");
  await at("127.0.1.77");
  await allow([]);
  await at("127.0.0.11");
});

async function phoneAt(bindHost: string, { username, secret }: LanePhone, other = secret): Promise<SipPhone> {
  const server = { host: "127.0.0.1", port: lane.stack.runtime.sipPort };
  const opened = await SipPhone.open({ username, secret: other, server, bindHost });
  open.push(opened);
  return opened;
}

test("an office where a phone is contained reaches 112 and calls on, and of a contained tenant still reaches 112; the thief reaches nothing", async () => {
  const on = containedLane(lane);
  const { tenant, phone: first } = await lane.customer(MONEY);
  const colleague = await lane.phone(tenant, "102");
  const [office, thief] = ["127.0.0.21", "127.0.0.31"];
  const mine = await phoneAt(office, first);
  const next = await phoneAt(office, colleague);
  const stolen = await phoneAt(thief, first);
  for (const device of [mine, next]) await device.register();
  await on.reaches(mine, "030901820");
  const banned = async () =>
    (
      await lane.make.sql<{ network: string }>(
        "SELECT abbrev(network) AS network FROM ban WHERE source = 'incident' AND lifted_at IS NULL AND expires_at > now() ORDER BY network",
      )
    ).map(({ network }) => network);
  const contain = async (extensionId: LanePhone["extensionId"] | null) => {
    const { id } = await on.incident();
    const target = { tenantId: tenant.tenantId as TenantId, extensionId };
    await on.write((tx) => startContainment(tx, on.desk(), { incidentId: id, target }, bySystem));
    await on.contained(id);
    return lane.make.one<{ id: string }>("SELECT id FROM containment WHERE incident_id = $1", [id]);
  };

  const call = await stolen.call("030901821");
  await call.answered;
  const one = await contain(first.extensionId);
  await call.ended;
  expect(await banned()).toEqual([thief]);
  expect(await on.codeOf(stolen, "112")).toBe(403);
  await on.reaches(next, "112");
  await on.reaches(next, "030901820");
  const anew = await phoneAt(office, first, await lane.rotate(tenant, first.extensionId));
  expect(await on.codeOf(anew, "030901820")).toBe(403);
  await on.reaches(anew, "112");
  await on.write((tx) => releaseContainment(tx, on.desk(), one.id, bySystem));
  expect(await banned()).toEqual([]);

  const all = await contain(null);
  expect(await banned()).not.toContain(office);
  const newest = await phoneAt(office, colleague, await lane.rotate(tenant, colleague.extensionId));
  expect(await on.codeOf(newest, "030901820")).toBe(403);
  await on.reaches(newest, "112");
  await on.write((tx) => releaseContainment(tx, on.desk(), all.id, bySystem));
});
