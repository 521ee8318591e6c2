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
  expect(sent[0]?.body).toContain("spend came to 210.500000 within 60 minutes; critical is 200.000000");
  expect(sent[0]?.body).toContain("https://portal.example/t/acme/rules");
  expect(await make.sql("SELECT after FROM audit_event WHERE action = 'rule.notify'")).toEqual([
    { after: { mails: 2, signal: "spend", source: "acme" } },
  ]);
});

test("a finding that is gone is nobody's alarm", async () => {
  const before = await mails();
  const ctx = taskContext({ db: db.app, pool: db.pool }, operator.tenantId);
  await notifyFinding({ findingTenantId: acme.tenantId, findingId: randomUUID() }, ctx);
  expect(await mails()).toEqual(before);
});
