import { afterAll, beforeAll, expect, test } from "vitest";

import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: Chain;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
  await on.sql("UPDATE tenant SET name = 'Lower Ltd' WHERE slug = 'lower'");
});
afterAll(() => db.drop());

type Mail = { tenant_id: string; recipient: string; subject: string; body: string };
const mails = () => on.sql<Mail>("SELECT tenant_id, recipient, subject, body FROM mail ORDER BY created_at, recipient");
const addressOf = async (userId: string) =>
  (await on.one<{ email: string }>("SELECT email FROM person WHERE id = $1", [userId])).email;
const seat = async (role: string) => {
  const { id } = await on.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
    `${role}@acme.example`,
  ]);
  await on.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, $3)", [on.customer.tenantId, id, role]);
};

test("whoever pays is told once how its dispute was decided, and nobody else", async () => {
  await seat("billing");
  await seat("viewer");
  const [first, second] = [await on.talk(60_000), await on.talk(60_000)];
  const open = (callId: string) => on.as("customer").disputes.open({ tenantSlug: "acme", callId });
  const decide = { tenantSlug: "lower", disputeId: (await open(first)).id, amount: "1.50", text: "Half a minute." };
  const both = [on.as("lower").disputes.credit(decide), on.as("lower").disputes.credit(decide)];
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const credited = await mails();
  expect(credited.map(({ recipient }) => recipient).toSorted()).toEqual(
    [await addressOf(on.owners.customer), "billing@acme.example"].toSorted(),
  );
  for (const { tenant_id, subject, body } of credited) {
    expect([tenant_id, subject]).toEqual([on.customer.tenantId, "Dispute D-000001: €1.50 given back"]);
    expect(body).toMatch(
      /^Lower Ltd has decided about the charge of your call to \+49 30 12345678 of \d{4}-\d\d-\d\d, dispute D-000001\./,
    );
    expect(body).toContain("€1.50 of €3.45678 was given back to your balance.\n\nWhat it says:\nHalf a minute.");
  }
  const rejected = { tenantSlug: "lower", disputeId: (await open(second)).id, text: "You talked." };
  await on.as("lower").disputes.reject(rejected);
  const [last] = (await mails()).slice(2);
  expect(last?.subject).toBe("Dispute D-000002 was rejected");
  expect(last?.body).toContain("the charge of €3.45678 stays");
  expect(
    await on.sql("SELECT FROM outbox_job WHERE job_name = 'mail.send' AND tenant_id = $1", [on.customer.tenantId]),
  ).toHaveLength(4);
});

test("a reseller is told as the buyer it is, at its own level only, and a buyer without people does not stop a decision", async () => {
  const callId = await on.talk(60_000);
  const { id } = await on.as("lower").disputes.open({ tenantSlug: "lower", callId });
  await on.as("upper").disputes.credit({ tenantSlug: "upper", disputeId: id });
  const told = (await mails()).filter(({ tenant_id }) => tenant_id === on.lower.tenantId);
  expect(told).toHaveLength(1);
  expect(told[0]?.body).toContain("€2.345679 of €2.345679 was given back");
  expect(told[0]?.body).not.toContain("3.45678");
  await on.sql("DELETE FROM seat WHERE tenant_id = $1", [on.upper.tenantId]);
  const userId = await on.owner(on.operator);
  const opened = await on.as({ userId }).disputes.open({ tenantSlug: "upper", callId });
  const before = (await mails()).length;
  const decided = await on
    .as("operator")
    .disputes.reject({ tenantSlug: "operator", disputeId: opened.id, text: "No." });
  expect([decided.state, (await mails()).length]).toEqual(["rejected", before]);
});
