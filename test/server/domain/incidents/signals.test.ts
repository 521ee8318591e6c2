import { afterAll, beforeAll, expect, test } from "vitest";

import { getIncident, listIncidents } from "@/server/domain/incidents/incident-list";
import type { SecurityEvent } from "@/server/infra/ami/gateway";
import { readTenant } from "@/server/infra/db/read-tenant";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { SecurityEvents } from "@/workers/security-events";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
let phone: string;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  phone = (await make.phone(acme, "101")).endpoint;
});
afterAll(() => db.drop());

type Take = Readonly<{ address: string; name?: string; count?: number; at?: Date }>;
const take = async ({ address, name = "", count = 1, at = new Date() }: Take) =>
  (
    await db.pool.query<{ incident_id: string; opened: boolean; raised: boolean }>(
      "signal_take_in_test",
      "SELECT incident_id, opened, raised FROM signal_take($1, 'InvalidPassword', $2, $3, $4)",
      [at, name, address, count],
    )
  )[0];
const list = (show: "active" | "closed" = "active") =>
  readTenant(db.app, { tenantId: operator.tenantId as TenantId }, (tx) =>
    listIncidents(tx, operator.tenantId as TenantId, { show }),
  );
const get = (id: string | undefined) =>
  readTenant(db.app, { tenantId: operator.tenantId as TenantId, subtree: true }, (tx) =>
    getIncident(tx, operator.tenantId as TenantId, id ?? ""),
  );
const jobs = (id: string) =>
  make.sql<{ severity: string }>(
    "SELECT payload ->> 'severity' AS severity FROM outbox_job WHERE job_name = 'incident.notify' AND payload ->> 'incidentId' = $1 ORDER BY created_at",
    [id],
  );

test("four mistakes of a person are no incident, the fifth within five minutes is one, quietly", async () => {
  const address = "198.51.100.7";
  for (let n = 0; n < 4; n += 1) expect(await take({ address, name: phone })).toBeUndefined();
  const fifth = await take({ address, name: phone });
  expect(fifth).toMatchObject({ opened: true });
  const incident = await get(fifth?.incident_id);
  expect(incident).toMatchObject({ severity: "low", state: "triage", source: "198.51.100.0/24", signals: 5 });
  expect(incident.subjects).toMatchObject([
    { kind: "address", value: address },
    { kind: "extension", value: phone, tenantSlug: "acme" },
  ]);
  // An old password in a phone wakes nobody.
  expect(await jobs(incident.id)).toEqual([]);
});

test("what is counted and what is listed agree, also for what came before there was an incident", async () => {
  let last: Awaited<ReturnType<typeof take>>;
  for (const [n, name] of [phone, "guess-1", "guess-2", phone, "guess-1", "", phone].entries()) {
    last = await take({ address: `198.51.103.${n % 3}`, name });
  }
  const { signals, subjects } = await get(last?.incident_id);
  expect(signals).toBe(7);
  const sum = (kind: string) =>
    subjects.filter((one) => one.kind === kind).reduce((total, one) => total + one.signals, 0);
  expect(sum("address")).toBe(7);
  expect(subjects.filter(({ kind }) => kind !== "address")).toMatchObject([
    { kind: "extension", value: phone, signals: 3 },
    { kind: "username", value: "guess-1", signals: 2 },
    { kind: "username", value: "guess-2", signals: 1 },
  ]);
});

test("opens from as many on as the operator's rule says, and in shadow only notes it", async () => {
  const rule = (more: object) =>
    JSON.stringify({ mode: "enforce", action: "open", window: 5, warn: 2, critical: 3, ...more });
  const by = (address: string, given: string) =>
    db.pool.query<{ opened: boolean }>(
      "signal_take_ruled",
      "SELECT opened FROM signal_take(now(), 'x', '', $1, 1, $2)",
      [address, given],
    );
  expect(await by("198.51.104.1", rule({}))).toEqual([]);
  expect(await by("198.51.104.1", rule({}))).toEqual([{ opened: true }]);
  for (let n = 0; n < 3; n += 1) expect(await by("198.51.105.1", rule({ mode: "shadow" }))).toEqual([]);
  for (let n = 0; n < 3; n += 1) expect(await by("198.51.106.1", rule({ mode: "off" }))).toEqual([]);
  expect(await make.sql("SELECT source, level FROM rule_finding WHERE signal = 'sip_failure'")).toEqual([
    { source: "198.51.105.0/24", level: "critical" },
  ]);
});

test("guesses at one phone from ever new networks belong to one incident from the third network on, and it gets worse", async () => {
  const { endpoint } = await make.phone(acme, "102");
  const opened: boolean[] = [];
  for (let n = 1; n <= 20; n += 1) {
    for (let one = 0; one < 5; one += 1) {
      const taken = await take({ address: `10.77.${n}.9`, name: endpoint });
      if (taken && one === 4) opened.push(taken.opened);
    }
  }
  expect(opened).toEqual([true, true, ...Array(18).fill(false)]);
  const about = (await list()).items.filter(({ source }) => source.startsWith("10.77."));
  expect(about.map(({ source }) => source).toSorted()).toEqual(["10.77.1.0/24", "10.77.2.0/24"]);
  const whole = await get(about.find(({ source }) => source === "10.77.1.0/24")?.id);
  expect(whole.severity).toBe("high");
  expect(whole.subjects.filter(({ kind }) => kind === "address")).toHaveLength(19);
  expect(whole.timeline.lines.filter(({ kind }) => kind === "network")).toHaveLength(18);
  // Each of a hundred failures counts once, also those before a network was known to belong there.
  expect(about.map(({ signals }) => Number(signals)).toSorted((a, b) => a - b)).toEqual([5, 95]);
  const listed = (kind: string) =>
    whole.subjects.filter((one) => one.kind === kind).reduce((total, one) => total + one.signals, 0);
  expect([listed("address"), listed("extension")]).toEqual([95, 95]);
  // Somebody who tries other names as well is about something else.
  for (let n = 0; n < 5; n += 1) await take({ address: "10.78.1.1", name: `guess-${n}` });
  expect((await list()).items.map(({ source }) => source)).toContain("10.78.1.0/24");
});

test("mistakes that are far apart are none", async () => {
  const address = "198.51.101.7";
  const began = Date.now() - 3_600_000;
  for (let n = 0; n < 12; n += 1) {
    expect(await take({ address, name: phone, at: new Date(began + n * 120_000) })).toBeUndefined();
  }
});

test("a scan of ten thousand names over a network is one incident that gets worse and stays readable", async () => {
  let last: Awaited<ReturnType<typeof take>>;
  for (let n = 0; n < 400; n += 1) last = await take({ address: `203.0.113.${n % 250}`, name: `user${n}`, count: 25 });
  const incident = await get(last?.incident_id);
  expect(incident).toMatchObject({ severity: "high", source: "203.0.113.0/24", signals: 10_000 });
  expect(incident.subjects.filter(({ kind }) => kind === "username")).toHaveLength(200);
  expect((await list()).items.filter(({ source }) => source === "203.0.113.0/24")).toHaveLength(1);
  expect((await jobs(incident.id)).map(({ severity }) => severity)).toEqual(["medium", "high"]);
  const [rows] = await make.sql<{ n: number }>("SELECT count(*)::int AS n FROM signal WHERE source = '203.0.113.0/24'");
  expect(rows?.n).toBeLessThanOrEqual(3);
});

test("two workers that see the same attack at once make one incident, and count every signal once", async () => {
  const address = "192.0.2.66";
  const seen = await Promise.all(Array.from({ length: 60 }, () => take({ address, name: phone })));
  expect(seen.filter((one) => one?.opened)).toHaveLength(1);
  expect(new Set(seen.flatMap((one) => (one ? [one.incident_id] : []))).size).toBe(1);
  const incident = await get(seen.find((one) => one?.opened)?.incident_id);
  expect(incident.signals).toBe(60);
});

test("an address of version 6 belongs to its /64, and what is no address is taken as it is", async () => {
  await take({ address: "2001:db8:0:1::1", count: 3 });
  const six = await take({ address: "2001:db8:0:1:ffff::2", count: 3 });
  expect(await get(six?.incident_id)).toMatchObject({ source: "2001:db8:0:1::/64", signals: 6 });
  const odd = await take({ address: "'; DROP TABLE incident; --", count: 5 });
  expect(await get(odd?.incident_id)).toMatchObject({ source: "'; DROP TABLE incident; --" });
});

test("after it was dismissed, the same network opens a new one", async () => {
  const address = "192.0.2.130";
  const first = await take({ address: "10.9.8.7", count: 5 });
  await make.sql("UPDATE incident SET state = 'dismissed', closed_at = now() WHERE id = $1", [first?.incident_id]);
  const second = await take({ address: "10.9.8.7", count: 5 });
  expect(second?.incident_id).not.toBe(first?.incident_id);
  expect(second).toMatchObject({ opened: true });
  expect(await take({ address, count: 1 })).toMatchObject({ opened: false });
});

const eventsOf = (more: Partial<ConstructorParameters<typeof SecurityEvents>[0]> = {}) =>
  new SecurityEvents({
    pool: db.pool,
    ami: { onEvent: () => {} } as never,
    bus: { publish: () => {}, close: async () => {} },
    log: silentLogger,
    everyMs: 3_600_000,
    ...more,
  });
const event = (name: string, service: string, remoteAddress: string, accountId = "admin"): SecurityEvent => ({
  ...{ name, service, remoteAddress, remotePort: 5060, transport: "TCP", severity: "Error", accountId },
  ...{ at: new Date(), detail: {} },
});
const countedIn = (network: string) =>
  make.sql<{ kind: string; source: string; n: number }>(
    "SELECT kind, source, signals::int AS n FROM signal WHERE source LIKE $1 ORDER BY source",
    [network],
  );

test("too many sessions are a try of a telephone, and whoever fails at the manager port is no telephone", async () => {
  const failed: string[] = [];
  const events = eventsOf({ failed: async (address, count) => void failed.push(`${address} ${count}`) });
  for (const name of ["InvalidPassword", "InvalidAccountID", "FailedACL", "ChallengeResponseFailed"]) {
    events.take(event(name, "AMI", "172.17.1.1"));
  }
  // Somebody who is in and asks for what is not theirs did not sign in.
  for (const name of ["RequestNotAllowed", "SessionLimit"]) events.take(event(name, "AMI", "172.17.3.1"));
  events.take(event("SessionLimit", "PJSIP", "172.17.2.1"));
  await events.close();
  expect(await countedIn("172.17.%")).toEqual([
    { kind: "ami_intrusion", source: "172.17.1.0/24", n: 4 },
    { kind: "sip_failure", source: "172.17.2.0/24", n: 1 },
  ]);
  // Both count towards a ban.
  expect(failed).toEqual([...Array(4).fill("172.17.1.1 1"), "172.17.2.1 1"]);
});

test("a wrong secret of the portal's own is no intruder; who guesses at its users from elsewhere is one", async () => {
  const failed: string[] = [];
  const events = eventsOf({ own: ["reader", "actor"], failed: async (address) => void failed.push(address) });
  // Every 30 seconds, until somebody mends it.
  for (let n = 0; n < 20; n += 1) events.take(event("InvalidPassword", "AMI", "172.18.1.1", "actor"));
  await events.flush();
  expect(await countedIn("172.18.%")).toEqual([]);
  events.take(event("SuccessfulAuth", "AMI", "172.18.1.1", "reader"));
  events.take(event("InvalidPassword", "AMI", "172.18.1.1", "actor"));
  events.take(event("InvalidPassword", "AMI", "172.18.2.1", "actor"));
  // A telephone that has such a name says nothing about where we are.
  events.take(event("SuccessfulAuth", "PJSIP", "172.18.3.1", "reader"));
  events.take(event("InvalidPassword", "AMI", "172.18.3.1", "actor"));
  await events.close();
  expect(await countedIn("172.18.%")).toEqual([
    { kind: "ami_intrusion", source: "172.18.2.0/24", n: 1 },
    { kind: "ami_intrusion", source: "172.18.3.0/24", n: 1 },
  ]);
  expect(failed).toEqual(["172.18.2.1", "172.18.3.1"]);
});

test("what the PBX reports in ten minutes of 22 hostile messages a second becomes one incident", async () => {
  const published: string[] = [];
  const events = new SecurityEvents({
    pool: db.pool,
    ami: { onEvent: () => {} } as never,
    bus: { publish: ({ kind }) => published.push(kind), close: async () => {} },
    log: silentLogger,
    everyMs: 3_600_000,
  });
  const event = (n: number): SecurityEvent => ({
    name: n % 2 ? "InvalidPassword" : "InvalidAccountID",
    severity: "Error",
    service: "PJSIP",
    accountId: n % 2 ? phone : n % 4 ? "<unknown>" : `guess-${n % 97}`,
    transport: "UDP",
    remoteAddress: "172.16.5.5",
    remotePort: 5060,
    at: new Date(),
    detail: {},
  });
  for (let second = 0; second < 600; second += 1) {
    for (let n = 0; n < 22; n += 1) events.take(event(second * 22 + n));
    if (second % 60 === 59) await events.flush();
  }
  events.take({ ...event(0), name: "SuccessfulAuth", remoteAddress: "172.16.9.9" });
  await events.close();
  const about = (await list()).items.filter(({ source }) => source.startsWith("172.16."));
  expect(about).toMatchObject([{ source: "172.16.5.0/24", severity: "high", signals: 13_200 }]);
  const names = (await get(about[0]?.id)).subjects.map(({ value }) => value);
  expect(names).toContain(phone);
  expect(names).not.toContain("<unknown>");
  const [kept] = await make.sql("SELECT count(*)::int AS n FROM security_event WHERE username LIKE '<%'");
  expect(kept).toEqual({ n: 0 });
  expect(published).toContain("incidents");
});
