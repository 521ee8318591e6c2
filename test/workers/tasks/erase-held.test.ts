import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { erasureDesk } from "@/test/support/erasure-desk";

/** Whom nobody asked to forget; a hold is on them. */
const HELD = "493022223333";
let db: TestDatabase;
let on: Awaited<ReturnType<typeof erasureDesk>>;
let held: string;
const heldEmail = "kept@example.com";

beforeAll(async () => {
  db = await createDatabase();
  on = await erasureDesk(db);
  held = (await on.make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [heldEmail])).id;
});
afterAll(async () => {
  await on.close();
  await db.drop();
});
beforeEach(() =>
  on.make.sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x' WHERE lifted_at IS NULL"),
);

const hold = (kind: string, subject: string, classes: readonly string[] = []) =>
  on.make.sql(
    "INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by, classes) VALUES ($1, $2, $3, 'x', 'Court', 'x', $4)",
    [on.operator.tenantId, kind, subject, classes],
  );
const lineOf = (found: Awaited<ReturnType<typeof on.look>>, relation: string) =>
  found.lines.find((line) => line.relation === relation);

test("what is about a person or a number on hold stays, though somebody else is forgotten in it", async () => {
  const { make, buyer } = on;
  const number = "493022224444";
  const at = (text: string, values: unknown[] = []) => make.sql(text, [buyer.tenantId, ...values]);
  const mail = "INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, $2, 'x', $3)";
  await at(mail, [heldEmail, `It is about ${number}`]);
  await at(mail, ["other@example.com", `It is about ${number}`]);
  const task =
    "INSERT INTO task (tenant_id, kind, title, input, created_by, state, ended_at) VALUES ($1, 'export.make', $2, '{}', $3, 'done', now())";
  await at(task, [`About ${number}`, `user:${held}`]);
  await at(task, [`About ${number}`, "cli:x"]);
  const file = randomUUID();
  await at(
    "INSERT INTO cdr_import (tenant_id, id, format, source, file_name, bytes, parts, options, created_by) VALUES ($1, $2, 'carrier', 'c', 'c', 1, 1, '{}', 'x')",
    [file],
  );
  const row =
    "INSERT INTO cdr_row (tenant_id, key, import_id, line, number, dialled, endpoint, started_at, talk_ms) VALUES ($1, gen_random_uuid(), $2, $3, $4, '', $5, now(), 1)";
  await at(row, [file, 1, HELD, `from ${number}`]);
  await at(row, [file, 2, number, ""]);
  const event = "SELECT audit_append($1, 'user', $2, NULL, 'extension.edit', $3, 'ok', '{}', '{}', 'r', '')";
  await at(event, [held, `called ${number}`]);
  await at(event, [randomUUID(), `called ${number}`]);
  await hold("person", held);
  await hold("number", HELD);

  const erased = await on.erase(`+${number}`);
  expect(erased).toMatchObject({ state: "done" });
  for (const relation of ["mail", "task", "cdr_row", "audit_event"])
    expect([relation, lineOf(erased, relation)?.held]).toEqual([relation, 1n]);
  expect(lineOf(erased, "cdr_row")).toMatchObject({ erased: 1n, held: 1n });
  expect(await on.readable(number)).toEqual(["audit_event", "cdr_row", "mail", "task"]);
  await make.sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x'");
  await on.erase(`+${number}`);
  expect(await on.readable(number)).toEqual([]);
  expect(await on.broken()).toEqual([]);
});

test("an invitation of a person on hold stays, and a mail whose content alone is held", async () => {
  const { make, buyer } = on;
  const email = "new@example.com";
  const { id } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [email]);
  await make.sql(
    "INSERT INTO invitation (tenant_id, email, role, token_hash, expires_at) VALUES ($1, $2, 'viewer', sha256('y'), now())",
    [buyer.tenantId, email],
  );
  const number = "493022225555";
  await make.sql("INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, $2, 'x', $3)", [
    buyer.tenantId,
    email,
    `About ${number}`,
  ]);
  await hold("person", id, ["mail_content"]);
  expect(lineOf(await on.erase(`+${number}`), "mail")).toMatchObject({ erased: 0n, held: 1n });
  await hold("person", held);
  await expect(on.ask(heldEmail)).rejects.toMatchObject({ code: "erasure_held" });
});

test("a person with a seat at a tenant on hold, or where an incident with evidence is open, is not forgotten", async () => {
  const { make, buyer } = on;
  const email = "seated@example.com";
  const { id } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [email]);
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'viewer')", [buyer.tenantId, id]);
  await hold("tenant", buyer.tenantId, ["calls"]);
  // That hold is about calls.
  const { taskId } = await on.ask(email);
  await make.sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x'");
  await hold("tenant", on.seller.tenantId);
  await expect(on.ask(email)).rejects.toMatchObject({ code: "erasure_held" });
  await on.run(taskId);
  expect(await on.look(taskId)).toMatchObject({ state: "failed" });
  expect(await make.sql("SELECT FROM seat WHERE user_id = $1", [id])).toHaveLength(1);
  await make.sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x' WHERE lifted_at IS NULL");
  await make.sql(
    "INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', 'Fraud', 'low', now(), now())",
    [buyer.tenantId],
  );
  await make.sql(
    `INSERT INTO evidence_snapshot (tenant_id, id, number, incident_id, ask_key, reason, taken_by, taken_at, tenants, items, missing, bytes, manifest, manifest_sha256)
      SELECT tenant_id, gen_random_uuid(), 1, id, 'k', 'x', 'x', now(), ARRAY[tenant_id], 0, 0, 0, '{}', sha256('{}') FROM incident WHERE title = 'Fraud'`,
  );
  await expect(on.ask(email)).rejects.toMatchObject({ code: "erasure_held" });
  await make.sql("UPDATE incident SET state = 'dismissed', closed_at = now(), outcome = 'x'");
  expect(await on.erase(email)).toMatchObject({ state: "done" });
});

test("a file that is on hold stays and is counted", async () => {
  const { make, buyer, seller } = on;
  const number = "493022226666";
  const of = async (tenantId: string) => {
    const task = randomUUID();
    await make.sql(
      "INSERT INTO task (tenant_id, id, kind, title, input, created_by, state, ended_at) VALUES ($1, $2, 'export.make', 'x', '{}', 'x', 'done', now())",
      [tenantId, task],
    );
    await make.sql(
      "INSERT INTO export_file (tenant_id, task_id, what, format, settings, file_name, bound, created_by) VALUES ($1, $2, 'calls', 'csv', '{}', 'calls.csv', 0, 'x')",
      [tenantId, task],
    );
    await make.sql(
      "INSERT INTO export_part (tenant_id, export_id, part, lines, bytes, data) SELECT tenant_id, id, 0, 1, 1, '' FROM export_file WHERE task_id = $1",
      [task],
    );
  };
  await of(buyer.tenantId);
  await of(seller.tenantId);
  await make.sql("INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, 'o@example.com', 'x', $2)", [
    buyer.tenantId,
    number,
  ]);
  await hold("tenant", buyer.tenantId, ["exports"]);
  expect(lineOf(await on.erase(`+${number}`), "export_part")).toMatchObject({ erased: 1n, held: 1n });
  expect(await make.sql("SELECT tenant_id FROM export_part")).toEqual([{ tenant_id: buyer.tenantId }]);
});
