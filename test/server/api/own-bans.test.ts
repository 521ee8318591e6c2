import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { countFailures } from "@/server/domain/bans/automatic";
import { placeBan } from "@/server/domain/bans/bans";
import { connectSteps } from "@/server/domain/provisioning/connect-steps";
import { createExtension } from "@/server/domain/provisioning/extensions";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { strayBans } from "@/test/support/stray-bans";

let db: TestDatabase;
let on: ContainedStage;
let phone: { extensionId: string; endpoint: string };
let others: { id: string; sipUsername: string };
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
  phone = await on.realPhone("101");
  const reseller = on.reseller.tenantId as TenantId;
  others = await on.write((tx) => createExtension(tx, reseller, { number: "301", displayName: "Desk" }), reseller);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await on.sql("UPDATE ban_owner SET ended_at = now(), ended_by = 'test' WHERE ended_at IS NULL");
  await on.sql("UPDATE ban SET lifted_at = now(), lifted_by = 'test' WHERE lifted_at IS NULL");
  await on.sql("DELETE FROM ban_attempt");
});

const acme = { tenantSlug: "acme" } as const;
const stranger = { address: "192.0.2.10" } as const;
/** Wrong tries at a phone, until the address is banned by itself. */
async function guess(address: string, of: { tenantId: string }, username: string, times = 6): Promise<void> {
  await on.sql(
    `INSERT INTO security_event (tenant_id, at, type, username, address, detail) VALUES ($1, now(), 'InvalidPassword', $2, $3, jsonb_build_object('count', $4::int))`,
    [of.tenantId, username, address, times],
  );
  await countFailures(db.app, { scope: "sip", address, failures: times, at: new Date(), requestId: "r" });
}
const worked = (address: string) =>
  on.sql(
    `INSERT INTO registration_event (tenant_id, extension_id, kind, address, user_agent, transport) VALUES ($1, $2, 'registered', $3 || ':5060', '', 'UDP')`,
    [on.customerId, phone.extensionId, address],
  );
const own = async (more: object = stranger) => (await on.as("customer", more).bans.own(acme)).items;
const unblock = (network: string, more: object = stranger) =>
  on.as("customer", more).bans.unblock({ ...acme, sender: network });
const isBanned = async (network: string) =>
  (await on.sql("SELECT FROM ban WHERE network = $1::inet AND lifted_at IS NULL AND expires_at > now()", [network]))
    .length === 1;

test("a tenant sees which addresses of its phones are refused and why, and never those of others", async () => {
  await worked("198.51.100.20");
  await guess("198.51.100.20", on.customer, phone.endpoint);
  await guess("203.0.113.66", on.customer, phone.endpoint);
  await guess("203.0.113.99", on.reseller, others.sipUsername);
  const [mine, thief, ...more] = await own();
  expect(more).toEqual([]);
  expect(mine).toMatchObject({
    ...{ network: "198.51.100.20", works: true, own: false, byProvider: false, failures: 6, canLift: true },
    extensions: ["101"],
  });
  expect(thief).toMatchObject({ network: "203.0.113.66", works: false, canLift: false, extensions: ["101"] });
  expect(JSON.stringify(await own())).not.toContain("203.0.113.99");
});

test("it lets its own in again, which the trail says; a stranger's address it does not", async () => {
  await worked("198.51.100.21");
  await guess("198.51.100.21", on.customer, phone.endpoint);
  await guess("203.0.113.67", on.customer, phone.endpoint);
  expect(await unblock("198.51.100.21")).toMatchObject({ lifted: true });
  expect(await isBanned("198.51.100.21")).toBe(false);
  await expect(unblock("203.0.113.67")).rejects.toMatchObject({ message: "forbidden" });
  expect(await isBanned("203.0.113.67")).toBe(true);
  expect(await unblock("198.51.100.21")).toMatchObject({ lifted: false });
  // A ban of somebody else's address is not there, and stays.
  await guess("203.0.113.99", on.reseller, others.sipUsername);
  expect(await unblock("203.0.113.99")).toMatchObject({ lifted: false });
  expect(await isBanned("203.0.113.99")).toBe(true);
  expect(
    await on.sql(
      "SELECT subject FROM audit_event WHERE tenant_id = $1 AND action = 'ban.unblock' AND outcome = 'ok' AND after ->> 'lifted' = 'true'",
      [on.customerId],
    ),
  ).toEqual([{ subject: "network:198.51.100.21" }]);
  expect(await strayBans((text) => on.sql(text))).toEqual([]);
  // What was counted is forgotten: four more mistakes ban nobody.
  expect(
    await countFailures(db.app, {
      scope: "sip",
      address: "198.51.100.21",
      failures: 4,
      at: new Date(),
      requestId: "r",
    }),
  ).toBeUndefined();
});

test("where somebody sets up a phone, the address is theirs; the panel says after how many tries, and offers it", async () => {
  const here = { address: "198.51.100.22" } as const;
  await guess(here.address, on.customer, phone.endpoint);
  const steps = () =>
    readTenant(db.app, { tenantId: on.customerId }, (tx) =>
      connectSteps(tx, on.customerId, {
        extensionId: phone.extensionId as Parameters<typeof connectSteps>[2]["extensionId"],
        since: new Date(Date.now() - 60_000),
        address: here.address,
      }),
    );
  expect((await steps()).filter(({ kind }) => kind === "banned")).toMatchObject([{ tries: 6, canLift: true }]);
  await unblock(here.address, here);
  expect((await steps()).filter(({ kind }) => kind === "banned")).toEqual([]);
});

test("what the provider holds stays, alone or beside the failures, and no reason of the provider's is told", async () => {
  await worked("198.51.100.23");
  await guess("198.51.100.23", on.customer, phone.endpoint);
  const asked = { network: "198.51.100.23", scope: "sip", reason: "Secret reason", seconds: 3_600 } as const;
  await on.write((tx) => placeBan(tx, { ...asked, source: { kind: "person", id: "Mara" } }));
  await worked("198.51.100.24");
  const wide = { ...asked, network: "198.51.100.24/30" };
  await on.write((tx) => placeBan(tx, { ...wide, source: { kind: "person", id: "Mara" } }));
  const items = await own();
  expect(items.map(({ network, byProvider, canLift }) => [network, byProvider, canLift])).toEqual(
    expect.arrayContaining([
      ["198.51.100.23", true, false],
      ["198.51.100.24", true, false],
    ]),
  );
  expect(JSON.stringify(items)).not.toContain("Secret reason");
  for (const network of ["198.51.100.23", "198.51.100.24"]) {
    await expect(unblock(network)).rejects.toMatchObject({ message: "invalid_state" });
  }
  expect(await isBanned("198.51.100.23")).toBe(true);
});

test("who one is has to be shown anew, a viewer may not, and five within an hour are enough", async () => {
  await worked("198.51.100.25");
  const signedIn = { userId: on.owners.customer as never, sessionId: "s" as never, email: "e", name: "n" };
  const stale = { ...stranger, signedIn: { ...signedIn, authenticatedAt: new Date(Date.now() - 3_600_000) } as never };
  await guess("198.51.100.25", on.customer, phone.endpoint);
  await expect(unblock("198.51.100.25", stale)).rejects.toMatchObject({ message: "reauth_required" });
  const viewer = await on.person(on.customer, "viewer");
  await expect(
    on.as({ userId: viewer }, stranger).bans.unblock({ ...acme, sender: "198.51.100.25" }),
  ).rejects.toMatchObject({ message: "forbidden" });
  await on.sql("UPDATE ban_owner SET ended_for = NULL");
  for (let n = 0; n < 5; n += 1) {
    await guess("198.51.100.25", on.customer, phone.endpoint);
    await unblock("198.51.100.25");
  }
  await guess("198.51.100.25", on.customer, phone.endpoint);
  await expect(unblock("198.51.100.25")).rejects.toMatchObject({ message: "rate_limited" });
  expect(await isBanned("198.51.100.25")).toBe(true);
});

test("who attacks others from the same address, or names that nobody has, is the provider's to let in, wherever one asks from", async () => {
  for (const [address, of, name] of [
    ["198.51.100.31", on.reseller, others.sipUsername],
    ["198.51.100.32", on.operator, "nobody-7"],
  ] as const) {
    await worked(address);
    await guess(address, on.customer, phone.endpoint, 1);
    await guess(address, of, name);
    const told = (await own()).find(({ network }) => network === address);
    expect(told).toMatchObject({ works: true, byProvider: true, canLift: false });
    await expect(unblock(address, { address })).rejects.toMatchObject({ message: "invalid_state" });
    expect(await isBanned(address)).toBe(true);
  }
});

test("what a tenant takes back stands in the trail of the operator, and makes the next ban as long as ever", async () => {
  await on.sql("UPDATE ban_owner SET ended_for = NULL");
  const address = "198.51.100.33";
  await worked(address);
  await guess(address, on.customer, phone.endpoint);
  await unblock(address);
  const [told] = await on.sql<{ after: object; acting: string }>(
    "SELECT after, acting_tenant_id AS acting FROM audit_event WHERE tenant_id = $1 AND action = 'ban.unblock' ORDER BY seq DESC LIMIT 1",
    [on.operator.tenantId],
  );
  expect(told).toMatchObject({ after: { network: address, lifted: true }, acting: on.customerId });
  await guess(address, on.customer, phone.endpoint);
  expect(
    await on.sql("SELECT times_before AS n FROM ban WHERE network = $1::inet AND lifted_at IS NULL", [address]),
  ).toEqual([{ n: 1 }]);
});

test("five of one address within an hour are enough for all tenants together", async () => {
  await on.sql("UPDATE ban_owner SET ended_for = NULL");
  const address = "198.51.100.34";
  await worked(address);
  for (let n = 0; n < 5; n += 1) {
    await guess(address, on.customer, phone.endpoint);
    await unblock(address);
  }
  // As if others had taken them back.
  await on.sql("UPDATE ban_owner SET ended_for = $1 WHERE ended_for IS NOT NULL", [on.reseller.tenantId]);
  await guess(address, on.customer, phone.endpoint);
  await expect(unblock(address)).rejects.toMatchObject({ message: "rate_limited" });
});
