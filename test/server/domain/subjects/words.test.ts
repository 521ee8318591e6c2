import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";

/**
 * Columns of text that an erasure leaves: words of ours, ids, digests, addresses of machines, names of what is sold, what is in force
 * (numbers of ours and blocks), and what is gone by its own function (persons, what an erasure is about, what a call weighs).
 */
const nobody: Readonly<Record<string, string>> = {
  api_answer: "key",
  api_token: "last_used_from prefix scopes",
  audit_event: "action actor_kind address outcome request_id",
  auto_top_up: "actor state untold",
  balance_alert: "actor",
  ban: "lifted_by scope source source_id",
  ban_attempt: "scope",
  ban_owner: "ended_by kind owner_id",
  ban_setting: "scope",
  block: "kind lifted_by prefix",
  brand: "colour host host_token",
  brand_logo: "type",
  bundle: "name period prefixes unit",
  call_record:
    "extension_number filed hangup_side limit_reason number_class pbx pbx_call_id reason source source_address",
  call_weight: "number",
  cdr_import: "created_by format options sha256 source",
  cdr_problem: "column_name",
  cdr_row: "call_key disposition word",
  containment: "created_by prefixes released_by",
  containment_effect: "what",
  containment_step: "state step",
  deck: "applied_by counts created_by effects exposure layout mode rolled_back_by settings sha256 state",
  deck_change: "destination direction kind note prefix",
  deck_ended: "kept",
  deck_problem: "column_name found_by reason severity value",
  deck_row: "beyond destination direction prefix status",
  desk_phone: "created_by first_address last_address last_user_agent login mac vendor",
  destination_closing: "class",
  did: "number",
  difference: "kind resolved_by",
  dispute: "decided_by opened_by reason state",
  dispute_event: "actor kind side",
  duty: "done_by duty",
  erasure: "asked_by done_part kind pattern subject token",
  erasure_count: "relation",
  erasure_target: "also at_column class goes how jsons relation texts",
  erasure_token: "token",
  evidence_item: "name note",
  evidence_snapshot: "ask_key taken_by",
  export_schedule: "every what",
  export_file: "created_by file_name format sha256 what",
  export_part: "after",
  extension: "caller_id number sip_username state",
  extension_batch: "created_by",
  extension_batch_part: "taken",
  factor_policy: "roles",
  fraud_range: "prefix reason",
  hold: "beyond bundle_unit late plan_name prefix",
  hot_import: "created_by mode",
  hot_list: "name",
  hot_number: "digits",
  incident: "dismissed_as kind severity state",
  incident_follow_up: "done_by",
  incident_line: "actor kind",
  incident_review: "saved_by",
  incident_subject: "kind",
  invitation: "role",
  ledger_transaction: "actor",
  legal_hold: "classes kind lifted_by placed_by",
  mail: "attachment_type state",
  manager_secret: "fingerprint name",
  month_table: "at_column class name",
  notify_delivery: "event key state",
  notify_target: "created_by kind least_severity",
  number_block: "created_by digits",
  number_range: "kind pattern",
  outbox_job: "job_name payload",
  passkey: "id name transports",
  payment: "actor provider provider_ref purpose session_ref state",
  payment_event: "event_id outcome provider type",
  payment_reversal: "actor kind provider_ref state",
  pending_top_up: "asked_by decided_by state",
  person: "email language name password_hash",
  plan: "kind name original_name time_zone",
  provision_link: "created_by",
  provision_use: "address user_agent",
  rate: "beyond destination direction hand prefix",
  rate_limit: "key",
  reconciliation_state: "pbx report",
  registration: "address contact_id uri user_agent",
  registration_event: "address kind transport user_agent",
  registration_network: "network",
  rerate_item: "outcome",
  retention_class: "action actions class scope",
  retention_policy: "action class set_by",
  retention_run: "class error",
  retention_sweep: "action class months state",
  rule: "action changed_by mode scope signal",
  rule_finding: "action level mode scope signal",
  saved_card: "brand customer_ref last4 method_ref provider",
  saved_list: "page",
  schema_migration: "checksum name",
  seat: "role",
  security_event: "address transport type",
  session: "address device user_agent view_role",
  signal: "kind",
  spool_position: "file",
  statement: "buyer_vat_id issued_by kind language number seller_vat_id taxes time_zone totals",
  statement_line: "destination kind part",
  task: "created_by kind state",
  tenant: "kind language slug state tax_name time_zone vat_id",
  tenant_import: "created_by",
  tenant_import_row: "key slug state",
  trunk_network: "trunk",
  usage_day: "dim value",
  usage_quarter: "dim value",
  voucher: "state",
  voucher_batch: "actor approved_by prefix",
  worker_state: "id pbx report",
};

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test("every column of words is gone through by an erasure, or known to name nobody", async () => {
  const { rows } = await db.owner.query<{ name: string; columns: string }>(`
    SELECT c.oid::regclass::text AS name, string_agg(a.attname, ' ' ORDER BY a.attname) AS columns FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN erasure_target t ON to_regclass(CASE t.relation WHEN 'call' THEN 'call_record' ELSE t.relation END) = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
      AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'varchar'::regtype)
      AND NOT coalesce(a.attname = ANY (t.texts || t.jsons || t.also || t.goes), false)
    GROUP BY c.oid ORDER BY 1`);
  const named = Object.fromEntries(rows.map(({ name, columns }) => [name, columns]));
  expect(named).toEqual(nobody);
});
