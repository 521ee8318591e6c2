import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { startContainment } from "@/server/domain/incidents/containments";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let beta: { tenantId: string; slug: string };
const tenantSlug = "operator";
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  beta = await on.tenant("customer", on.reseller, { slug: "beta" });
});
afterAll(() => db.drop());

test("a customer reads what touches its phones and what was done to them, and no word about anybody else", async () => {
  const [mine, theirs] = [await on.phone(on.customer, "101"), await on.phone(beta, "909")];
  const betaOwner = await on.person(beta);
  const take = async (endpoint: string) =>
    (
      await db.pool.query<{ id: string }>(
        "take",
        "SELECT incident_id AS id FROM signal_take(now(), 'InvalidPassword', $1, '203.0.113.9', 30)",
        [endpoint],
      )
    )[0]?.id ?? "";
  const incidentId = await take(mine.endpoint);
  expect(await take(theirs.endpoint)).toBe(incidentId);
  const desk = on.as("operator").incidents;
  await desk.acknowledge({ tenantSlug, incidentId });
  await desk.comment({ tenantSlug, incidentId, text: "Beta is a nuisance." });
  await on.sql(
    "UPDATE extension SET state = 'suspended', secret_created_at = now() + interval '1 second' WHERE id = $1",
    [mine.extensionId],
  );

  const list = await on.as("customer").notices.list({ tenantSlug: "acme" });
  expect(list).toMatchObject([
    {
      state: "open",
      severity: "high",
      kind: "sip_attack",
      whole: false,
      tenantSlug: "acme",
      extensions: [
        {
          number: "101",
          signals: 30,
          suspended: true,
          stopped: false,
          deleted: false,
          secretChangedAt: expect.any(String),
        },
      ],
    },
  ]);
  expect(JSON.stringify(list)).not.toMatch(/beta|"909"|203\.0\.113|nuisance|Failed sign-ins/);
  expect(await on.as({ userId: betaOwner }).notices.list({ tenantSlug: "beta" })).toMatchObject([
    { extensions: [{ number: "909", suspended: false, secretChangedAt: null }] },
  ]);
  const slugs = (await on.as("reseller").notices.list({ tenantSlug: "reseller" })).map((notice) => notice.tenantSlug);
  expect(slugs.toSorted()).toEqual(["acme", "beta"]);
  const viewer = await on.person(on.customer, "viewer");
  expect(await on.as({ userId: viewer }).notices.list({ tenantSlug: "acme" })).toHaveLength(1);

  await desk.move({ tenantSlug, incidentId, state: "contained" });
  expect(await on.as("customer").notices.list({ tenantSlug: "acme" })).toMatchObject([
    { state: "stopped", stoppedAt: expect.any(Date) },
  ]);
  await desk.move({ tenantSlug, incidentId, state: "resolved", text: "An old phone of beta." });
  const over = await on.as("customer").notices.list({ tenantSlug: "acme" });
  expect(over).toMatchObject([{ state: "over", overAt: expect.any(Date) }]);
  expect(JSON.stringify(over)).not.toContain("beta");
});

test("a false alarm is no notice, and what was merged is one", async () => {
  const phone = await on.phone(on.customer, "102");
  const take = async (network: string) =>
    (
      await db.pool.query<{ id: string }>(
        "take_from",
        "SELECT incident_id AS id FROM signal_take(now(), 'InvalidPassword', $1, $2, 10)",
        [phone.endpoint, network],
      )
    )[0]?.id ?? "";
  const [one, two] = [await take("198.51.100.1"), await take("192.0.2.1")];
  const desk = on.as("operator").incidents;
  const mine = async () =>
    (await on.as("customer").notices.list({ tenantSlug: "acme" })).filter(({ extensions }) =>
      extensions.some(({ number }) => number === "102"),
    );
  expect(await mine()).toHaveLength(2);
  await desk.merge({ tenantSlug, incidentId: one, intoIncidentId: two });
  expect(await mine()).toHaveLength(1);
  await desk.move({ tenantSlug, incidentId: two, state: "dismissed", reason: "test", text: "Our own test." });
  expect(await mine()).toEqual([]);
});

/** An incident that a person opened, and what it contains. */
async function contained(extensionId: string | null) {
  const incident = await on.as("operator").incidents.open({ tenantSlug, title: "Beta is at it again" });
  const deskId = on.operator.tenantId as TenantId;
  const target = { tenantId: on.customer.tenantId as TenantId, extensionId: extensionId as ExtensionId | null };
  const actor = { kind: "user", id: on.owners.operator, requestId: "r" } as const;
  await change(db.app, { tenantId: deskId, actor, action: "incident.contain" }, async (tx) => ({
    subject: `incident:${incident.id}`,
    result: await startContainment(tx, deskId, { incidentId: incident.id, target }, { name: "somebody", userId: null }),
  }));
  return incident;
}
const noticesOf = async (who: "customer" | "reseller", number: string) => {
  const list = await on.as(who).notices.list({ tenantSlug: who === "customer" ? "acme" : "reseller" });
  return list.filter((notice) => notice.number === number);
};

test("whoever is stopped reads so, though no signal named it: one phone, or all of a tenant", async () => {
  const phone = await on.phone(on.customer, "103");
  const one = await contained(phone.extensionId);
  for (const who of ["customer", "reseller"] as const) {
    expect(await noticesOf(who, one.number)).toMatchObject([
      { kind: "manual", whole: false, stopped: false, extensions: [{ number: "103", signals: 0, stopped: true }] },
    ]);
  }
  const all = await contained(null);
  expect(await noticesOf("customer", all.number)).toMatchObject([
    { tenantSlug: "acme", whole: true, stopped: true, extensions: [] },
  ]);
  const betaOwner = await on.person(beta);
  const theirs = await on.as({ userId: betaOwner }).notices.list({ tenantSlug: "beta" });
  expect(theirs.filter(({ number }) => number === one.number || number === all.number)).toEqual([]);
  expect(JSON.stringify(await noticesOf("customer", all.number))).not.toContain("Beta is at it");

  await on
    .as("customer")
    .notifications.add({ tenantSlug: "acme", kind: "webhook", recipient: "https://acme.example/" });
  const told = await change(
    db.app,
    {
      tenantId: on.operator.tenantId as TenantId,
      actor: { kind: "job", id: "incident.notify", requestId: "r" },
      action: "incident.notify",
    },
    async (tx) => ({
      subject: `incident:${all.id}`,
      result: await tx.$queryRaw`SELECT notify_below(${all.id}::uuid, 'high', 'https://portal.example') AS n`,
    }),
  );
  expect(told).toEqual([{ n: 1 }]);
  const [{ body } = { body: "" }] = await on.sql<{ body: string }>("SELECT body FROM notify_delivery");
  expect(JSON.parse(body)).toMatchObject({ data: { incident: all.number, extensions: "", tenants: "acme" } });
});

test("a rule about a whole tenant is told to it, and what is about the operator's own system is not", async () => {
  const opened = async (kind: string) => {
    const { id, number } = await on.one<{ id: string; number: string }>(
      `INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at) VALUES ($1, $2, 'acme', 'Ours', 'high', now(), now())
       RETURNING id, number::text AS number`,
      [on.operator.tenantId, kind],
    );
    await on.sql("INSERT INTO incident_subject VALUES ($1, $2, 'tenant', 'acme', $3, NULL, 7, now(), now())", [
      on.operator.tenantId,
      id,
      on.customer.tenantId,
    ]);
    return number;
  };
  const [spend, difference] = [await opened("spend"), await opened("difference")];
  expect(await noticesOf("customer", spend)).toMatchObject([
    { kind: "spend", state: "open", whole: true, stopped: false, extensions: [] },
  ]);
  expect(await noticesOf("customer", difference)).toEqual([]);
});
