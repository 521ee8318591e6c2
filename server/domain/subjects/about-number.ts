import type { Section } from "@/server/domain/subjects/subject-file";
import { sql } from "@/server/infra/db/sql";

/**
 * Where a number of E.164 (digits) may stand, all tenants that the transaction reads taken together. Calls whose numbers gave
 * way to tokens are not among them: nothing here leads from a number to its token.
 */
export const aboutNumber = (digits: string): readonly Section[] => {
  const calls = sql`SELECT c.* FROM call_record c WHERE c.pseudonymised_at IS NULL
    AND (c.to_e164 = ${digits} OR regexp_replace(c.dialled, '\D', '', 'g') = ${digits} OR regexp_replace(c.from_number, '\D', '', 'g') = ${digits})`;
  return [
    {
      name: "call",
      keeps: "calls",
      query: sql`SELECT t.slug AS tenant, c.id, c.started_at, c.answered_at, c.ended_at, c.kind, c.extension_number, c.extension_name, c.dialled, c.to_e164,
        c.from_number, c.country, c.outcome, c.reason, c.talk_ms, c.billed_seconds, c.cost_micros, c.currency, c.source_address, c.trace
        FROM (${calls}) c JOIN tenant t ON t.id = c.tenant_id ORDER BY c.started_at, c.id`,
    },
    {
      name: "ledger",
      keeps: "money",
      query: sql`SELECT t.slug AS tenant, x.id, x.kind, x.memo, x.occurred_at, x.call_id FROM ledger_transaction x JOIN tenant t ON t.id = x.tenant_id
        WHERE x.call_id IN (SELECT c.id FROM (${calls}) c) ORDER BY x.occurred_at, x.id`,
    },
    {
      name: "statement line",
      keeps: "money",
      query: sql`SELECT * FROM subject_statement_lines(${digits})`,
    },
    {
      name: "dispute",
      keeps: "money",
      query: sql`SELECT t.slug AS tenant, d.id, d.number, d.state, d.opened_at, d.evidence -> 'call' AS call FROM dispute d JOIN tenant t ON t.id = d.tenant_id
        WHERE d.call_id IN (SELECT c.id FROM (${calls}) c) ORDER BY d.opened_at, d.id`,
    },
    {
      name: "imported call record",
      keeps: "cdr_rows",
      query: sql`SELECT t.slug AS tenant, r.import_id, r.line, r.number, r.dialled, r.started_at, r.talk_ms FROM cdr_row r JOIN tenant t ON t.id = r.tenant_id
        WHERE r.number = ${digits} OR regexp_replace(r.dialled, '\D', '', 'g') = ${digits} ORDER BY r.started_at, r.key`,
    },
    {
      name: "number of ours",
      keeps: "service",
      query: sql`SELECT t.slug AS tenant, d.number, d.created_at FROM did d JOIN tenant t ON t.id = d.tenant_id WHERE d.number = ${digits}`,
    },
    {
      name: "caller ID",
      keeps: "service",
      query: sql`SELECT t.slug AS tenant, e.number, e.display_name, e.caller_id FROM extension e JOIN tenant t ON t.id = e.tenant_id
        WHERE e.caller_id = ${digits} ORDER BY 1, 2`,
    },
  ];
};
