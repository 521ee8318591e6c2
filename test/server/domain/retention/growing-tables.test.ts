import { afterAll, beforeAll, expect, test } from "vitest";

import { classWords, retentionClasses } from "@/server/domain/retention/retention-kinds.schema";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { retentionDesk } from "@/test/support/retention-desk";

/** Tables with a moment in them that no class lets go of, and why they may stay. */
const stays: Readonly<Record<string, string>> = {
  // The law on accounts.
  "auto_top_up balance_alert pending_top_up": "settings and requests of money, one or few per wallet",
  "ledger_entry ledger_transaction hold wallet receivable payment payment_event payment_reversal saved_card": "money",
  "statement statement_line statement_seal dispute dispute_event rerate_item":
    "documents and what was decided about money",
  "voucher voucher_batch": "money that was sold",
  "spend_day bundle_use": "what limits and bundles came to, one row a day or period",
  // Whoever uses the portal and what they set up.
  "tenant person seat extension did plan rate tenant_bundle bundle passkey totp recovery_code retention_policy rule":
    "set up by people, gone when they take it away",
  "brand brand_logo": "a reseller's settings, gone when it resets them",
  "tenant_import tenant_import_row":
    "what was asked for is emptied when it is made, or after a month; the keys stay, so that nobody is made twice",
  "export_schedule saved_list allow_list trunk_network hot_number hot_list number_block ban_keep notify_target desk_phone legal_hold":
    "set up by people, gone or lifted by them",
  duty: "one row for each duty of the desk",
  // Sums without anybody in them.
  "usage_quarter usage_day usage_peak country_called": "one row for a time and a kind, never a call",
  // The desk's memory.
  "incident incident_line incident_subject incident_review incident_follow_up block containment containment_step containment_effect":
    "what happened and what was done, on record",
  // Let go by themselves, within a day or two.
  "ban_attempt registration_network": "counters, forgotten by the sweep after a day or two",
  call_weight: "what calls weigh for rules, forgotten after a day by whoever weighs the next",
  "used_challenge password_reset": "forgotten within a day by whoever adds the next",
  "registration extension_batch extension_batch_part worker_state": "while it lives, then wiped",
  // One row per thing that is watched.
  "manager_secret audit_anchor retention_run spool_position reconciliation_state rule_cursor rule_audit_cursor schema_migration":
    "one row each",
  retention_sweep: "forgets its own after 400 days",
  // Bytes that were read.
  "cdr_import cdr_import_part": "the file's name stays on record; its bytes go when they were read",
};

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
const names = async (text: string) => (await db.owner.query<{ name: string }>(text)).rows.map(({ name }) => name);

/** What classes let go of, with what goes along by its foreign key. */
const inClasses = () =>
  names(`WITH RECURSIVE gone AS (
    SELECT to_regclass(s.relation)::oid AS oid FROM retention_class k CROSS JOIN LATERAL retention_source(k.class) s
    UNION SELECT to_regclass(m.name)::oid FROM month_table m
    UNION SELECT to_regclass(n)::oid FROM unnest(ARRAY['cdr_match', 'cdr_problem', 'deck_chunk', 'deck_row', 'deck_problem', 'deck_change', 'deck_ended', 'evidence_item']) n
    UNION SELECT c.conrelid FROM gone g JOIN pg_constraint c ON c.confrelid = g.oid AND c.contype = 'f' AND c.confdeltype = 'c')
    SELECT DISTINCT g.oid::regclass::text AS name FROM gone g`);

test("every table that grows with time is in a class of retention, or known to stay", async () => {
  const growing =
    await names(`SELECT DISTINCT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace IN ('public'::regnamespace, 'pbx'::regnamespace)
      AND (a.atttypid IN ('timestamptz'::regtype, 'date'::regtype)
        OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confdeltype = 'c'))`);
  const kept = Object.keys(stays).flatMap((several) => several.split(" "));
  const gone = await inClasses();
  const forgotten = growing.filter((name) => !gone.includes(name) && !kept.includes(name));
  expect(forgotten).toEqual([]);
  // What is in a class, or is no table any more, need not be named here.
  const all = await names("SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p')");
  expect(kept.filter((name) => gone.includes(name) || !all.includes(name))).toEqual([]);
});

test("each class of the database has words, in the same order", async () => {
  expect(await names("SELECT class AS name FROM retention_class ORDER BY rank")).toEqual([...retentionClasses]);
  for (const of of retentionClasses) expect(classWords[of].name).not.toBe("");
});

/** A row of each class that is so many days old; $1 is the tenant, $2 the days. */
const aged: Readonly<Record<string, readonly [table: string, insert: string]>> = {
  registrations: [
    "registration_event",
    "INSERT INTO registration_event (tenant_id, extension_id, at, kind, address, user_agent, transport) SELECT $1, id, now() - $2 * interval '1 day', 'registered', '', '', 'UDP' FROM extension WHERE tenant_id = $1",
  ],
  findings: [
    "rule_finding",
    "INSERT INTO rule_finding (tenant_id, signal, scope, source, mode, action, level, value, window_minutes, warn, critical, first_at, last_at) SELECT $1, 'sip_failure', 'network', $2::text, 'enforce', 'open', 'warn', 1, 1, 1, 1, t, t FROM (SELECT now() - $2::int * interval '1 day' AS t) x",
  ],
  deliveries: [
    "notify_delivery",
    "INSERT INTO notify_delivery (tenant_id, target_id, key, event, body, state, created_at, ended_at) SELECT $1, id, $2::text, 'incident.opened', '{}', 'sent', now() - $2::int * interval '1 day', now() FROM notify_target WHERE tenant_id = $1",
  ],
  differences: [
    "difference",
    "INSERT INTO difference (tenant_id, kind, subject, currency, healed_at) SELECT $1, 'shortfall', $2::text, 'EUR', now() - $2::int * interval '1 day'",
  ],
  hot_imports: [
    "hot_import",
    "INSERT INTO hot_import (tenant_id, list_id, file_name, bytes, mode, created_at, created_by) SELECT $1, id, 'x.csv', 1, 'merge', now() - $2::int * interval '1 day', 'x' FROM hot_list WHERE tenant_id = $1",
  ],
  phone_links: [
    "provision_link",
    "INSERT INTO provision_link (tenant_id, extension_id, token_digest, devices, created_by, expires_at) SELECT $1, id, sha256(convert_to($2::text, 'UTF8')), 1, 'x', now() - $2::int * interval '1 day' FROM extension WHERE tenant_id = $1",
  ],
  tokens: [
    "api_token",
    "INSERT INTO api_token (tenant_id, name, prefix, digest, scopes, user_id, with_factor, expires_at) SELECT $1, 'x', 'rft_' || lpad($2::text, 8, '0'), sha256(convert_to($2::text, 'UTF8')), '{a}', id, true, now() - $2::int * interval '1 day' FROM person LIMIT 1",
  ],
  bans: [
    "ban",
    "INSERT INTO ban (tenant_id, network, scope, reason, source, source_id, created_at, expires_at) SELECT tenant_id, '192.0.2.1', 'sip', 'x', 'person', 'x', t - interval '1 hour', t FROM (SELECT o.id AS tenant_id, now() - $2::int * interval '1 day' AS t FROM tenant o WHERE o.kind = 'operator' AND $1::uuid IS NOT NULL) x",
  ],
};

test("what is older than its class says goes with a receipt, what is younger stays", async () => {
  const { make, acme, operator } = on;
  await make.phone(acme, "101");
  await make.sql("INSERT INTO person (email) VALUES ('a@example.com')");
  await make.sql(
    "INSERT INTO notify_target (tenant_id, kind, address, least_severity, level, created_by) VALUES ($1, 'webhook', 'https://example.org', 'low', 1, 'x')",
    [acme.tenantId],
  );
  await make.sql("INSERT INTO hot_list (tenant_id, name) VALUES ($1, 'List')", [acme.tenantId]);
  for (const [, insert] of Object.values(aged))
    for (const days of [1_000, 3]) await make.sql(insert.replaceAll("$2", String(days)), [acme.tenantId]);
  await on.sweep();
  for (const [of, [table]] of Object.entries(aged)) {
    const whose = of === "bans" ? operator : acme;
    expect([of, await on.count(table, whose)]).toEqual([of, 1]);
    expect((await on.receipts(whose)).filter((receipt) => receipt.class === of)).toMatchObject([
      { removed: 1, held: 0 },
    ]);
  }
});

test("a month that may go as a whole is counted without its rows being read, also one that is made tomorrow", async () => {
  await on.make.sql("SELECT month_make(name, now() + interval '9 months') FROM month_table");
  const uncounted = await names(`SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = 'months'::regnamespace AND c.relkind = 'r' AND c.relname ~ '_[0-9]{6}$' AND NOT EXISTS (
      SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE i.indrelid = c.oid AND i.indkey::text = a.attnum::text)`);
  expect(uncounted).toEqual([]);
  const made = await names(
    "SELECT relname AS name FROM pg_class WHERE relname ~ '^(call_record|security_event)_[0-9]{6}$'",
  );
  expect(new Set(made.map((name) => name.replace(/_\d+$/, "")))).toEqual(new Set(["call_record", "security_event"]));
});
