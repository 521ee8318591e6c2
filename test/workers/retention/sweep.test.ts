import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { killedWhileWaiting } from "@/test/support/killed-child";
import { retentionDesk } from "@/test/support/retention-desk";
import { waitAtLocks } from "@/test/support/wait-at-locks";
import { sweepClass } from "@/workers/retention/sweep-class";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof retentionDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await retentionDesk(db);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});

test("a worker killed between batches leaves the count of what it took, and the next one ends with one receipt", async () => {
  await on.events(on.acme, 24 * 100, 8_000);
  await waitAtLocks(db, "retention_step");
  const other = new Client({ connectionString: db.ownerUrl });
  const sweep = () =>
    on.make.sql<{ removed: number; state: string }>(
      "SELECT removed::int AS removed, state FROM retention_sweep WHERE class = 'security_events' AND batches > 0",
    );
  const middle = "SELECT FROM security_event WHERE tenant_id = $1 ORDER BY at OFFSET 4000 LIMIT 1 FOR UPDATE";
  await killedWhileWaiting({
    program: "retention-child",
    words: [db.appUrl, on.operator.tenantId],
    // A row in the middle that somebody else has locked: the worker gets there and no further.
    hold: async () => {
      await other.connect();
      await other.query("BEGIN");
      await other.query(middle, [on.acme.tenantId]);
    },
    waits: async () => (await sweep()).length > 0,
    letGo: async () => {
      await on.make.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%retention_step%' AND pid <> pg_backend_pid()",
      );
      await other.end();
    },
  });
  const [left] = await sweep();
  expect(left?.state).toBe("running");
  expect(await on.count("security_event", on.acme)).toBe(8_000 - (left?.removed ?? 0));
  expect(await on.receipts(on.acme)).toEqual([]);
  await on.sweep();
  expect(await on.count("security_event", on.acme)).toBe(0);
  expect(await on.receipts(on.acme)).toMatchObject([{ class: "security_events", removed: 8_000, held: 0 }]);
  await on.sweep();
  expect(await on.receipts(on.acme)).toHaveLength(1);
});

test("two workers at once take everything once and leave one receipt", async () => {
  await on.make.sql("DELETE FROM retention_sweep");
  await on.events(on.beta, 24 * 100, 9_000);
  const swept = await Promise.all([
    sweepClass(on.context, "security_events"),
    sweepClass(on.context, "security_events"),
  ]);
  expect(swept.map(({ removed }) => removed).toSorted()).toEqual([0n, 9_000n]);
  expect(await on.receipts(on.beta)).toMatchObject([{ class: "security_events", removed: 9_000 }]);
});

test("a month that everybody is done with goes as a whole; one that somebody keeps, or an open incident needs, does not", async () => {
  await on.make.sql("DELETE FROM retention_sweep");
  const made =
    "SELECT month_make('security_event', date_trunc('month', now()) - n * interval '1 month') FROM generate_series(4, 9) n";
  await on.make.sql(made);
  const months = async () =>
    (
      await on.make.sql<{ part: string }>(
        "SELECT part FROM months_of('security_event') WHERE until_at < now() ORDER BY 1",
      )
    ).map(({ part }) => part);
  const all = await months();
  const fill = (of: { tenantId: string }) =>
    on.make.sql(
      "INSERT INTO security_event (tenant_id, at, type) SELECT $1, from_at + interval '1 day', 'FailedACL' FROM months_of('security_event') WHERE until_at < now()",
      [of.tenantId],
    );
  await fill(on.acme);
  await fill(on.beta);
  // beta keeps half a year longer, from the seventh month back on.
  await on.policy(on.beta, "security_events", "delete", 220);
  await on.sweep();
  const left = await months();
  expect(left.length).toBeGreaterThan(0);
  expect(all.slice(-left.length)).toEqual(left);
  expect(left.length).toBeLessThan(all.length);
  expect(await on.count("security_event", on.acme)).toBe(0);
  const kept = await on.count("security_event", on.beta);
  expect(kept).toBeGreaterThan(0);
  expect(await on.count("security_event", on.beta, "at < now() - interval '221 days'")).toBe(0);
  const [of] = (await on.receipts(on.acme)).slice(-1);
  expect(of).toMatchObject({ removed: all.length, held: 0 });
  expect(of?.months.split(" ").length).toBe(all.length - left.length);

  await on.make.sql("DELETE FROM retention_sweep");
  await on.policy(on.beta, "security_events", null, null);
  await on.make.sql(
    "INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', 'Old', 'low', '2020-01-01', now())",
    [on.operator.tenantId],
  );
  const touched =
    "INSERT INTO incident_subject (tenant_id, incident_id, kind, value, of_tenant_id, first_at, last_at) SELECT tenant_id, id, 'extension', 'beta-1', $1, now(), now() FROM incident";
  await on.make.sql(touched, [on.beta.tenantId]);
  await on.sweep();
  expect(await on.count("security_event", on.beta)).toBe(kept);
  expect((await on.receipts(on.beta)).at(-1)).toMatchObject({ class: "security_events", removed: 0, held: kept });
  await on.make.sql("UPDATE incident SET state = 'dismissed', closed_at = now(), outcome = 'old'");
  await on.make.sql("DELETE FROM retention_sweep");
  await on.sweep();
  expect(await on.count("security_event", on.beta)).toBe(0);
  expect(await months()).toEqual([]);
});

test("a month that is missing is seen, what came meanwhile is kept, and moves in when it is made", async () => {
  const [missing] = await on.make.sql<{ name: string }>("SELECT name FROM months_missing()");
  expect(missing).toBeUndefined();
  await on.make.sql(`DROP TABLE months.security_event_${new Date().toISOString().slice(0, 7).replace("-", "")}`);
  await on.events(on.acme, 0, 1);
  expect(await on.make.sql("SELECT name FROM months_missing()")).toHaveLength(1);
  expect((await on.make.one<{ n: number }>("SELECT count(*)::int AS n FROM months.security_event_rest")).n).toBe(1);
  await on.sweep();
  expect(await on.make.sql("SELECT name FROM months_missing()")).toEqual([]);
  expect((await on.make.one<{ n: number }>("SELECT count(*)::int AS n FROM months.security_event_rest")).n).toBe(0);
  expect(await on.count("security_event", on.acme)).toBe(1);
});

test("the oldest part of a trail goes and what is left verifies; a cut by anybody else does not", async () => {
  const gamma = await on.make.tenant("customer", on.operator, { slug: "gamma" });
  await on.trail(gamma, 500, 500);
  const before = await on.verify(gamma);
  expect(before.first_bad_seq).toBeNull();
  await on.sweep();
  const after = await on.verify(gamma);
  expect(after.first_bad_seq).toBeNull();
  expect(await on.count("audit_event", gamma, "at < now() - interval '366 days'")).toBe(0);
  expect(await on.count("audit_event", gamma, "action = 'extension.edit'")).toBe(366);
  expect(
    await on.make.one(
      "SELECT count(*)::int AS n FROM audit_event WHERE action = 'retention.cut_trail' AND tenant_id = $1",
      [gamma.tenantId],
    ),
  ).toEqual({ n: 1 });
  const first = await on.make.one<{ seq: string }>("SELECT min(seq) AS seq FROM audit_event WHERE tenant_id = $1", [
    gamma.tenantId,
  ]);
  // Somebody who walks the chain in parts had told them apart before.
  const part = (through: bigint) =>
    on.make.one("SELECT events, first_bad_seq FROM audit_verify($1, 10, $2)", [gamma.tenantId, through]);
  expect(await part(20n)).toEqual({ events: "0", first_bad_seq: null });
  expect(await part(BigInt(first.seq) + 4n)).toEqual({ events: "5", first_bad_seq: null });
  const wrong = async (work: string, values: unknown[]) => {
    await on.make.sql("BEGIN");
    await on.make.sql(work, values);
    const { first_bad_seq } = await on.verify(gamma);
    await on.make.sql("ROLLBACK");
    return first_bad_seq;
  };
  const more = "DELETE FROM audit_event WHERE tenant_id = $1 AND seq = $2";
  expect(await wrong(more, [gamma.tenantId, first.seq])).toBe(String(BigInt(first.seq) + 1n));
  const cut = `WITH gone AS (DELETE FROM audit_event WHERE tenant_id = $1 AND seq = $2 RETURNING seq, hash)
    UPDATE audit_anchor a SET seq = gone.seq, hash = gone.hash FROM gone WHERE tenant_id = $1`;
  expect(await wrong(cut, [gamma.tenantId, first.seq])).toBe(String(BigInt(first.seq) + 1n));
  expect(await wrong("DELETE FROM audit_anchor WHERE tenant_id = $1", [gamma.tenantId])).toBe(first.seq);
  expect(await wrong("UPDATE audit_anchor SET hash = sha256('x') WHERE tenant_id = $1", [gamma.tenantId])).toBe(
    first.seq,
  );
});

test("a legal hold of a tenant, a person or a number keeps what it names and nothing else", async () => {
  await on.make.sql("DELETE FROM retention_sweep");
  const hold = (kind: string, subject: string) =>
    on.make.sql(
      "INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by) VALUES ($1, $2, $3, 'x', 'Court', 'test')",
      [on.operator.tenantId, kind, subject],
    );
  const { id: person } = await on.make.one<{ id: string }>(
    "INSERT INTO person (email) VALUES ('held@example.com') RETURNING id",
  );
  await hold("tenant", on.beta.tenantId);
  await hold("person", person);
  for (const of of [on.acme, on.beta]) {
    await on.events(of, 24 * 100, 3);
    await on.make.sql(
      "INSERT INTO mail (tenant_id, recipient, subject, body, state, created_at) SELECT $1, r, 'x', 'x', 'sent', now() - interval '500 days' FROM unnest(ARRAY['held@example.com', 'free@example.com']) r",
      [of.tenantId],
    );
  }
  // Of the portal, of earlier days, of the command line that happens to be called like a part of it, and of somebody else.
  const makers = [`user:${person}`, person, `cli:${person}`, `user:${on.beta.tenantId}`];
  await on.make.sql(
    "INSERT INTO task (tenant_id, kind, title, input, state, created_by, created_at, ended_at) SELECT $1, 'rating.rerate', 'x', '{}', 'done', m, now() - interval '500 days', now() - interval '500 days' FROM unnest($2::text[]) m",
    [on.acme.tenantId, makers],
  );
  await on.make.sql("INSERT INTO person (email) VALUES ('free@example.com')");
  await on.make.sql("INSERT INTO session (user_id, expires_at) SELECT id, now() - interval '90 days' FROM person");
  await on.sweep();
  expect(await on.count("security_event", on.acme, "at < now() - interval '99 days'")).toBe(0);
  expect(await on.count("security_event", on.beta, "at < now() - interval '99 days'")).toBe(3);
  expect(await on.make.sql("SELECT recipient FROM mail WHERE tenant_id = $1", [on.acme.tenantId])).toEqual([
    { recipient: "held@example.com" },
  ]);
  expect(await on.count("mail", on.beta)).toBe(2);
  const tasks = await on.make.sql<{ created_by: string }>("SELECT created_by FROM task WHERE tenant_id = $1", [
    on.acme.tenantId,
  ]);
  expect(tasks.map(({ created_by: by }) => by).toSorted()).toEqual([`user:${person}`, person].toSorted());
  expect(await on.make.one("SELECT count(*)::int AS n FROM session")).toEqual({ n: 1 });
  const counted = (await on.receipts(on.acme)).filter(({ class: name }) => name === "mail").at(-1);
  expect(counted).toMatchObject({ removed: 1, held: 1 });
});

test("the trail stays as far back as evidence that is there needs it", async () => {
  await on.make.sql("DELETE FROM retention_sweep");
  const delta = await on.make.tenant("customer", on.operator, { slug: "delta" });
  const incident = await on.make.one<{ id: string }>(
    "INSERT INTO incident (tenant_id, kind, title, severity, state, first_at, last_at, closed_at) VALUES ($1, 'manual', 'Old', 'low', 'resolved', now(), now(), now()) RETURNING id",
    [delta.tenantId],
  );
  await on.make.sql(
    `INSERT INTO evidence_snapshot (tenant_id, number, incident_id, ask_key, reason, taken_by, taken_at, tenants, items, missing, bytes, manifest, manifest_sha256)
     VALUES ($1, 1, $2, 'k', 'r', 'test', now() - interval '420 days', '{}', 0, 0, 0, '{}', sha256('{}'))`,
    [delta.tenantId, incident.id],
  );
  await on.trail(delta, 500, 80);
  await on.make.sql(
    "SELECT audit_append($1, 'job', 'x', NULL, 'evidence.take', 'evidence:1', 'ok', '{}', '{\"snapshot\": 1}', 'r', '')",
    [delta.tenantId],
  );
  await on.make.sql(
    "UPDATE audit_event SET at = now() - interval '419 days' WHERE tenant_id = $1 AND action = 'evidence.take'",
    [delta.tenantId],
  );
  await on.sweep();
  expect(await on.count("audit_event", delta, "action = 'evidence.take'")).toBe(1);
  expect(await on.count("audit_event", delta, "action = 'extension.edit'")).toBe(0);
});
