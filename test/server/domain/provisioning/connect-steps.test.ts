import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };
const since = new Date(Date.now() - 60_000);
let phone: { id: string };
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  phone = await on.as("customer").extensions.create({ ...acme, number: "101", displayName: "Front door" });
});
afterAll(() => db.drop());

const event = (type: string, username: string, address: string) =>
  on.sql("SELECT security_event_store(now(), $1, $2, $3, 'UDP', '{}')", [type, username, address]);
const stepsFrom = async (address: string) =>
  (await on.as("customer", { address }).extensions.connectSteps({ ...acme, extensionId: phone.id, since })).steps;
const contact = (sql: string, values: unknown[] = []) => db.owner.query(sql, values);
const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1_000) + seconds);

test("a name that nobody has is told to whoever is at that address, and to the tenant it is near; to nobody else", async () => {
  await event("InvalidAccountID", "1001x", "203.0.113.7");
  await event("InvalidAccountID", "acme-999", "198.51.100.9");
  await event("InvalidAccountID", "other-101", "198.51.100.10");
  const told = async (address: string) =>
    (await stepsFrom(address)).filter(({ kind }) => kind === "unknown_user").map(({ username }) => username);
  expect(await told("203.0.113.7")).toEqual(["1001x", "acme-999"]);
  expect(await told("192.0.2.1")).toEqual(["acme-999"]);
  expect(await told("")).toEqual(["acme-999"]);
  await event("ChallengeResponseFailed", "", "203.0.113.20");
  expect(await told("203.0.113.20")).toEqual(["acme-999", ""]);
  expect(await told("203.0.113.21")).toEqual(["acme-999"]);
});

test("a ban is told to whoever is under it", async () => {
  await on.sql(
    `INSERT INTO ban (tenant_id, network, scope, reason, source, expires_at) VALUES ($1, '203.0.113.0/24', 'sip', 'Sample', 'automatic', now() + interval '5 minutes')`,
    [on.operator.tenantId],
  );
  const bans = async (address: string) => (await stepsFrom(address)).filter(({ kind }) => kind === "banned");
  expect(await bans("203.0.113.7")).toMatchObject([{ address: "203.0.113.7", until: expect.any(Date) }]);
  expect(await bans("192.0.2.1")).toEqual([]);
  expect(await bans("")).toEqual([]);
});

test("a phone that comes, comes again, moves and goes is told each once, with its transport", async () => {
  const uri = (address: string) => `sip:acme-101@${address}^3Btransport=TCP^3Bob`;
  await contact(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, user_agent, expiration_time) VALUES ('c1', $1, 'acme-101', 'Linphone/5.2.1', $2)",
    [uri("192.0.2.7:5080"), inSeconds(300)],
  );
  await contact("UPDATE pbx.ps_contacts SET expiration_time = $1 WHERE id = 'c1'", [inSeconds(600)]);
  await contact("UPDATE pbx.ps_contacts SET uri = $1 WHERE id = 'c1'", [uri("192.0.2.8:5080")]);
  const steps = await stepsFrom("192.0.2.1");
  expect(steps.at(-1)).toMatchObject({ kind: "registered", transport: "TCP", userAgent: "Linphone/5.2.1" });
  await contact("DELETE FROM pbx.ps_contacts WHERE id = 'c1'");
  const { history } = await on.as("customer").extensions.get({ ...acme, extensionId: phone.id });
  expect(history.map(({ kind, address, transport }) => [kind, address, transport])).toEqual([
    ["unregistered", "192.0.2.8:5080", "TCP"],
    ["moved", "192.0.2.8:5080", "TCP"],
    ["registered", "192.0.2.7:5080", "TCP"],
  ]);
});
