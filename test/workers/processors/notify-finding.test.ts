import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { notifyFinding } from "@/workers/processors/notify-finding";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  for (const role of ["owner", "incident_responder", "viewer"]) {
    const { id } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
      `${role}@desk.example`,
    ]);
    await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, $3)", [operator.tenantId, id, role]);
  }
});
afterAll(() => db.drop());

const mails = () =>
  make.sql<{ recipient: string; body: string }>("SELECT recipient, body FROM mail ORDER BY recipient");

test("a rule that only mails tells the people of the desk what came to how much, and leaves a trace", async () => {
  const { id } = await make.one<{ id: string }>(
    `INSERT INTO rule_finding (tenant_id, signal, scope, source, mode, action, level, value, window_minutes, warn, critical, first_at, last_at)
     VALUES ($1, 'spend', 'tenant', 'acme', 'enforce', 'notify', 'critical', 210500000, 60, 1, 200000000, now(), now()) RETURNING id`,
    [acme.tenantId],
  );
  const ctx = taskContext({ db: db.app, pool: db.pool }, operator.tenantId);
  await notifyFinding({ findingTenantId: acme.tenantId, findingId: id }, ctx);
  const sent = await mails();
  expect(sent.map(({ recipient }) => recipient)).toEqual(["incident_responder@desk.example", "owner@desk.example"]);
  expect(sent[0]?.body).toContain("spend came to 210.500000 EUR within 60 minutes; critical is 200.000000 EUR");
  expect(sent[0]?.body).toContain("https://portal.example/t/acme/rules");
  expect(await make.sql("SELECT after FROM audit_event WHERE action = 'rule.notify'")).toEqual([
    { after: { mails: 2, others: 0, signal: "spend", source: "acme" } },
  ]);
});

test("differences are told with what is at risk and of which currency, whatever the window", async () => {
  await make.sql(
    `INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, found_at, signalled_at)
     VALUES ($1, 'hold_without_channel', 'a', 12500000, 'EUR', now() - interval '3 days', now()), ($1, 'channel_without_hold', 'b', 0, 'XXX', now(), now())`,
    [acme.tenantId],
  );
  const { id } = await make.one<{ id: string }>(
    `INSERT INTO rule_finding (tenant_id, signal, scope, source, mode, action, level, value, window_minutes, warn, critical, first_at, last_at)
     VALUES ($1, 'difference', 'tenant', 'acme', 'enforce', 'notify', 'critical', 12500000, 60, 1, 10000000, now(), now()) RETURNING id`,
    [acme.tenantId],
  );
  const ctx = taskContext({ db: db.app, pool: db.pool }, operator.tenantId);
  await notifyFinding({ findingTenantId: acme.tenantId, findingId: id }, ctx);
  const bodies = (await mails()).map(({ body }) => body).filter((body) => body.includes("difference"));
  expect(bodies).toHaveLength(2);
  expect(bodies[0]).toContain("12.500000 EUR is at risk in differences that are open; critical is 10.000000 EUR.");
});

test("a finding that is gone is nobody's alarm", async () => {
  const before = await mails();
  const ctx = taskContext({ db: db.app, pool: db.pool }, operator.tenantId);
  await notifyFinding({ findingTenantId: acme.tenantId, findingId: randomUUID() }, ctx);
  expect(await mails()).toEqual(before);
});

test("whoever below set the rule is told as well, each once, and reads of nobody else's money", async () => {
  const top = await make.tenant("reseller", operator, { slug: "top" });
  const seller = await make.tenant("reseller", top, { slug: "seller" });
  const buyer = await make.tenant("customer", seller, { slug: "buyer" });
  const sibling = await make.tenant("customer", seller, { slug: "sibling" });
  const tenants = { top, seller, buyer, sibling };
  for (const [name, { tenantId }] of Object.entries(tenants)) {
    for (const role of ["owner", "viewer"]) {
      const person = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
        `${role}@${name}.example`,
      ]);
      await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, $3)", [tenantId, person.id, role]);
    }
    await make.sql(
      `INSERT INTO notify_target (tenant_id, kind, address, least_severity, level, created_by)
       VALUES ($1, 'webhook', $2, 'high', 1, 'test'), ($1, 'sms', '+4915112345678', 'critical', 1, 'test')`,
      [tenantId, `https://${name}.example/hook`],
    );
  }
  const says = (by: Tenancy, about: Tenancy, signal = "spend") =>
    make.sql(
      `INSERT INTO rule (tenant_id, about_id, signal, scope, action, changed_by) VALUES ($1, $2, $3, 'tenant', 'notify', 'test')`,
      [by.tenantId, about.tenantId, signal],
    );
  await says(top, top);
  await says(seller, seller);
  await says(buyer, buyer);
  // Neither a rule about somebody else, nor another rule, is about this one.
  await says(seller, sibling);
  await says(sibling, sibling);
  await says(operator, operator, "calls");
  const { id: findingId } = await make.one<{ id: string }>(
    `INSERT INTO rule_finding (tenant_id, signal, scope, source, mode, action, level, value, window_minutes, warn, critical, first_at, last_at)
     VALUES ($1, 'spend', 'tenant', 'buyer', 'enforce', 'notify', 'critical', 77500000, 60, 1, 50000000, now(), now()) RETURNING id`,
    [buyer.tenantId],
  );
  const job = { findingTenantId: buyer.tenantId, findingId };
  const told = () =>
    make.sql<{ recipient: string; body: string }>(
      "SELECT recipient, body FROM mail WHERE recipient NOT LIKE '%@desk.example' ORDER BY recipient",
    );
  // The worker died when it had told the first two.
  await make.sql("UPDATE rule_finding SET told = ARRAY[$2, $3]::uuid[] WHERE id = $1", [
    findingId,
    operator.tenantId,
    top.tenantId,
  ]);
  const ctx = taskContext({ db: db.app, pool: db.pool }, operator.tenantId);
  await notifyFinding(job, ctx);
  expect((await told()).map(({ recipient }) => recipient)).toEqual(["owner@buyer.example", "owner@seller.example"]);
  await make.sql("UPDATE rule_finding SET told = array_remove(told, $2::uuid) WHERE id = $1", [
    findingId,
    top.tenantId,
  ]);
  await notifyFinding(job, ctx);
  await notifyFinding(job, ctx);
  const mails = await told();
  expect(mails.map(({ recipient }) => recipient)).toEqual([
    "owner@buyer.example",
    "owner@seller.example",
    "owner@top.example",
  ]);
  expect(mails.map(({ body }) => body.includes("77.500000"))).toEqual([true, true, false]);
  const hooks = await make.sql<{ slug: string; kind: string; amount: string | null; currency: string | null }>(
    `SELECT t.slug, g.kind, d.body::jsonb -> 'data' ->> 'value' AS amount, d.body::jsonb -> 'data' ->> 'currency' AS currency FROM notify_delivery d
     JOIN notify_target g ON g.id = d.target_id JOIN tenant t ON t.id = d.tenant_id WHERE d.event = 'rule.critical' ORDER BY t.slug`,
  );
  expect(hooks).toEqual([
    { slug: "buyer", kind: "webhook", amount: "77.500000", currency: "EUR" },
    { slug: "seller", kind: "webhook", amount: "77.500000", currency: "EUR" },
    { slug: "top", kind: "webhook", amount: null, currency: null },
  ]);
  const trail = await make.sql<{ slug: string }>(
    "SELECT t.slug FROM audit_event e JOIN tenant t ON t.id = e.tenant_id WHERE e.action = 'rule.notify' AND e.subject = $1 ORDER BY 1",
    [`finding:${findingId}`],
  );
  expect(trail.map(({ slug }) => slug)).toEqual(["buyer", "seller", "top"]);
});
