import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { erasureDesk } from "@/test/support/erasure-desk";
import { killedWhileWaiting, lockAwaited } from "@/test/support/killed-child";
import { waitAtLocks } from "@/test/support/wait-at-locks";

const DIGITS = "493012345678";
const OTHER = "493099999999";
let db: TestDatabase;
let on: Awaited<ReturnType<typeof erasureDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await erasureDesk(db);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});
const lineOf = (found: Awaited<ReturnType<typeof on.look>>, relation: string) =>
  found.lines.find((line) => line.relation === relation);

/** Whatever keeps words, with these in it. */
async function mention(words: string): Promise<void> {
  const { make, buyer, operator } = on;
  const [target, task, imported] = [randomUUID(), randomUUID(), randomUUID()];
  const at = (text: string, values: unknown[] = []) => make.sql(text, [buyer.tenantId, words, ...values]);
  await at(
    "INSERT INTO security_event (tenant_id, at, type, username, detail) VALUES ($1, now(), 'InvalidPassword', $2, jsonb_build_object('tried', ARRAY['x ' || $2]))",
  );
  await at(
    "INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, 'somebody@example.org', 'About ' || $2, 'It is about ' || $2 || '.')",
  );
  await at(
    "INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', 'About ' || $2, 'low', now(), now())",
  );
  await at(
    "INSERT INTO incident_line (tenant_id, incident_id, seq, actor, kind, body, detail) SELECT $1, id, 1000, 'system', 'comment', $2, jsonb_build_object('who', $2::text) FROM incident WHERE title = 'About ' || $2",
  );
  await at(
    "UPDATE incident SET state = 'dismissed', closed_at = now(), outcome = 'x' WHERE tenant_id = $1 AND $2 <> ''",
  );
  await at(
    "INSERT INTO notify_target (tenant_id, id, kind, address, least_severity, level, created_by) VALUES ($1, $3, 'webhook', 'https://example.org', 'low', 1, 'x') ON CONFLICT DO NOTHING RETURNING length($2)",
    [target],
  );
  await at(
    "INSERT INTO notify_delivery (tenant_id, target_id, key, event, body) SELECT $1, id, $3, 'incident.opened', $2 FROM notify_target WHERE tenant_id = $1 LIMIT 1",
    [target],
  );
  await at(
    "INSERT INTO task (tenant_id, id, kind, title, input, created_by, state, ended_at) VALUES ($1, $3, 'export.make', 'About ' || $2, jsonb_build_object('of', $2::text), 'x', 'done', now())",
    [task],
  );
  await at(
    "INSERT INTO export_file (tenant_id, task_id, what, format, settings, file_name, bound, created_by) VALUES ($1, $3, 'calls', 'csv', jsonb_build_object('filter', jsonb_build_object('text', $2::text)), 'calls.csv', 0, 'x')",
    [task],
  );
  await at(
    "INSERT INTO export_part (tenant_id, export_id, part, lines, bytes, data) SELECT tenant_id, id, 0, 1, 1, convert_to($2, 'UTF8') FROM export_file WHERE tenant_id = $1 AND task_id = $3",
    [task],
  );
  await at(
    "INSERT INTO number_block (tenant_id, digits, exact, reason, created_by) VALUES ($1, '4477', true, right(repeat(' x', 100) || ' ' || $2, 200), 'x') ON CONFLICT (tenant_id, digits, exact) DO UPDATE SET reason = excluded.reason",
  );
  await make.sql(
    "INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by, lifted_at, lifted_by, lift_reason) VALUES ($1, 'number', $2, $2, 'x', 'x', now(), 'x', 'x')",
    [operator.tenantId, words],
  );
  await at(
    "INSERT INTO cdr_import (tenant_id, id, format, source, file_name, bytes, parts, options, created_by) VALUES ($1, $3, 'carrier', 'c', left($2, 200), 1, 1, '{}', 'x')",
    [imported],
  );
  await on.trail(buyer, "extension.edit", { name: words });
  await on.trail(on.operator, "member.invite", { email: words });
}

test("a number is forgotten at every tenant: nothing reads it any more, money and chains are what they were", async () => {
  const calls = [await on.call(DIGITS), await on.call(DIGITS)];
  await on.call(OTHER);
  await mention("+49 30 12345678");
  await mention(DIGITS);
  await on.make.sql(
    "INSERT INTO cdr_row (tenant_id, key, import_id, line, number, dialled, started_at, talk_ms) SELECT tenant_id, gen_random_uuid(), id, 1, $1, '030 12345678', now(), 1 FROM cdr_import LIMIT 1",
    [DIGITS],
  );
  const before = await on.sums();
  const counted = await on.erase(`+${DIGITS}`, true);
  expect(counted).toMatchObject({ state: "done", countsOnly: true });
  expect(lineOf(counted, "call")).toMatchObject({ erased: 2n, held: 0n, tenants: 1 });
  expect(await on.readable(DIGITS)).toEqual(expect.arrayContaining(["call", "ledger_transaction", "audit_event"]));

  const erased = await on.erase(`+${DIGITS}`);
  expect(erased).toMatchObject({ state: "done", error: null });
  expect(erased.token).toMatch(/^~49-[0-9a-f]{16}$/);
  expect(lineOf(erased, "call")).toMatchObject({ erased: 2n, held: 0n });
  expect(lineOf(erased, "ledger_transaction")?.erased ?? 0n).toBe(0n);
  expect(await on.readable(DIGITS)).toEqual([]);
  expect(await on.readable("49 30 12345678")).toEqual([]);
  expect(await on.readable("030 12345678")).toEqual([]);
  expect(await on.readable(OTHER)).toEqual(expect.arrayContaining(["call", "ledger_transaction"]));
  expect(await on.sums()).toEqual(before);
  expect(await on.broken()).toEqual([]);
  // As retention does it: the same token in the record and in the words of the ledger, at every level.
  const { to_e164 } = await on.make.one<{ to_e164: string }>("SELECT to_e164 FROM call WHERE id = $1", [calls[0]]);
  expect(to_e164).toMatch(/^~49-/);
  expect(await on.make.sql("SELECT memo FROM ledger_transaction WHERE call_id = $1", [calls[0]])).toEqual([
    { memo: `Call to ${to_e164}` },
    { memo: `Call to ${to_e164}` },
  ]);
  const receipts = await on.make.sql<{ slug: string; after: object }>(
    "SELECT t.slug, e.after FROM audit_event e JOIN tenant t ON t.id = e.tenant_id WHERE e.action = 'subject.erase' AND e.actor_kind = 'job' ORDER BY t.slug",
  );
  expect(receipts.map(({ slug }) => slug)).toEqual(["buyer", "operator"]);
  expect(receipts[1]?.after).toMatchObject({ kind: "number", token: erased.token, held: 0 });
  // Once more finds nothing, and says so in a receipt of its own.
  const again = await on.erase(`+${DIGITS}`);
  expect(again.lines.filter(({ relation, erased: n }) => relation !== "erasure" && n > 0n)).toEqual([]);
  expect(again.token).toBe(erased.token);
});

test("a redacted trail verifies, and one that was changed by hand, with or without a word about it, does not", async () => {
  const wrong = async (text: string, values: unknown[] = []) => {
    await on.make.sql("BEGIN");
    await on.make.sql(text, values);
    const { first_bad_seq: bad } = await on.verify(on.buyer);
    await on.make.sql("ROLLBACK");
    return bad;
  };
  const { seq } = await on.make.one<{ seq: string }>(
    "SELECT min(seq) AS seq FROM audit_redaction WHERE tenant_id = $1",
    [on.buyer.tenantId],
  );
  const own = [on.buyer.tenantId, seq];
  expect((await on.verify(on.buyer)).first_bad_seq).toBeNull();
  expect(await wrong("UPDATE audit_event SET after = '{}' WHERE tenant_id = $1 AND seq = $2", own)).toBe(seq);
  expect(await wrong("DELETE FROM audit_redaction WHERE tenant_id = $1 AND seq = $2", own)).toBe(seq);
  expect(
    await wrong(
      "WITH e AS (UPDATE audit_event SET after = '{}' WHERE tenant_id = $1 AND seq = $2 RETURNING tenant_id, seq, audit_hash(audit_event) AS hash) UPDATE audit_redaction r SET hash = e.hash FROM e WHERE r.tenant_id = e.tenant_id AND r.seq = e.seq",
      own,
    ),
  ).toBe(seq);
});

test("a hold refuses, a number in service too; what an incident or a dispute needs is left, and goes when that is over", async () => {
  const { make, operator, buyer } = on;
  const number = "493011112222";
  const [first, second] = [await on.call(number), await on.call(number)];
  const hold = () =>
    make.sql(
      "INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by) VALUES ($1, 'number', $2, 'x', 'Court', 'x')",
      [operator.tenantId, number],
    );
  await hold();
  await expect(on.ask(`+${number}`)).rejects.toMatchObject({ code: "erasure_held" });
  await make.sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x' WHERE lifted_at IS NULL");
  await make.did(buyer, number, null);
  await expect(on.ask(`+${number}`)).rejects.toMatchObject({ code: "erasure_in_use" });
  await make.sql("DELETE FROM did");
  // Placed after it was asked: the job stops before it touches anything, and goes on when it may.
  const { taskId } = await on.ask(`+${number}`);
  await hold();
  await on.run(taskId);
  expect(await on.look(taskId)).toMatchObject({ state: "failed" });
  expect(await on.readable(number)).toContain("call");
  await make.sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x' WHERE lifted_at IS NULL");
  await make.as(buyer.tenantId);
  await make.sql("SELECT * FROM dispute_open($1, 'wrong_price', 'Too much.', $2, 'test')", [
    second,
    JSON.stringify({ call: { from: "101", to: `+${number}`, dialled: number, source: "" }, trace: [] }),
  ]);
  const left = await on.erase(`+${number}`);
  expect(lineOf(left, "call")).toMatchObject({ erased: 1n, held: 1n });
  expect((await make.one<{ to_e164: string }>("SELECT to_e164 FROM call WHERE id = $1", [first])).to_e164).toMatch(
    /^~/,
  );
  await make.sql("UPDATE dispute SET state = 'rejected', decided_by = 'test', decided_at = now()");
  await on.erase(`+${number}`);
  expect(await on.readable(number)).toEqual([]);
  expect(await on.broken()).toEqual([]);
});

test("a person is forgotten with their seats and sessions; the last owner of a tenant is not", async () => {
  const { make, buyer, operator } = on;
  const email = "anna.smith@example.com";
  const { id } = await make.one<{ id: string }>(
    "INSERT INTO person (email, name, password_hash) VALUES ($1, 'Anna', 'x') RETURNING id",
    [email],
  );
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [buyer.tenantId, id]);
  await make.sql(
    "INSERT INTO session (user_id, expires_at, address) VALUES ($1, now() + interval '1 day', '203.0.113.7')",
    [id],
  );
  await make.sql(
    "INSERT INTO invitation (tenant_id, email, role, token_hash, expires_at) VALUES ($1, $2, 'viewer', sha256('x'), now())",
    [operator.tenantId, email],
  );
  await make.sql("INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, $2, 'Hello', 'x')", [
    buyer.tenantId,
    email,
  ]);
  await mention(email);
  await expect(on.ask(email)).rejects.toMatchObject({ code: "erasure_in_use" });
  const other = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ('other@example.com') RETURNING id");
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [buyer.tenantId, other.id]);
  const erased = await on.erase(email.toUpperCase());
  expect(erased).toMatchObject({ state: "done" });
  expect(lineOf(erased, "seat")).toMatchObject({ erased: 1n });
  expect(await on.readable(email)).toEqual([]);
  expect(await on.readable("203.0.113.7")).toEqual([]);
  expect(await make.sql("SELECT FROM seat WHERE user_id = $1", [id])).toEqual([]);
  expect(await make.one("SELECT name, password_hash FROM person WHERE id = $1", [id])).toEqual({
    name: "",
    password_hash: null,
  });
  expect(await on.readable("other@example.com")).toEqual(["person"]);
  expect(await on.broken()).toEqual([]);
});

test("a worker that was killed leaves nothing to do twice, and the next one ends with one receipt", async () => {
  const number = "493044445555";
  await on.call(number);
  await mention(number);
  const { taskId } = await on.ask(`+${number}`);
  await waitAtLocks(db, "erasure_step");
  await killedWhileWaiting({
    program: "run-task-child",
    words: [db.appUrl, on.operator.tenantId, taskId],
    // Whoever comes to this row waits for us.
    hold: async () => {
      await db.owner.query("BEGIN");
      await db.owner.query("SELECT FROM incident WHERE title LIKE 'About ' || $1 FOR UPDATE", [number]);
    },
    waits: () => lockAwaited(db),
    letGo: () => db.owner.query("COMMIT"),
  });
  await on.make.sql("UPDATE task SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [taskId]);
  await on.run(taskId);
  const erased = await on.look(taskId);
  expect(erased).toMatchObject({ state: "done" });
  expect(lineOf(erased, "call")).toMatchObject({ erased: 1n });
  expect(lineOf(erased, "incident")).toMatchObject({ erased: 1n });
  expect(await on.readable(number)).toEqual([]);
  expect(
    await on.make.sql(
      "SELECT FROM audit_event WHERE tenant_id = $1 AND action = 'subject.erase' AND subject = $2 AND actor_kind = 'job'",
      [on.operator.tenantId, `erasure:${erased.id}`],
    ),
  ).toHaveLength(1);
  expect(await on.broken()).toEqual([]);
});
