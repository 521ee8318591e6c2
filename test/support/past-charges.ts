import type { Sql, Tenancy } from "@/test/support/builders";

/**
 * Writes many ended calls of one customer as charging would have left them: record, hold, charge, ledger lines and wallet,
 * one second apart from `from` on, each of 61 seconds at one price. Pays for them first, so that the wallet keeps what it had.
 */
export async function pastCharges(
  owner: Sql,
  { of, plan, perMinute, calls, from }: { of: Tenancy; plan: string; perMinute: bigint; calls: number; from: Date },
): Promise<void> {
  const run = (text: string) => owner.query(text, [of.tenantId, plan, perMinute, calls, from]);
  const given =
    "(SELECT $1::uuid AS tenant, $2::text AS plan, $3::bigint AS price, $4::int AS n, $5::timestamptz AS since) given";
  await owner.query("SELECT set_config('app.tenant_id', (SELECT id::text FROM tenant WHERE kind = 'operator'), false)");
  await owner.query(
    "SELECT wallet_post($1, 'top_up', $2, 'EUR', gen_random_uuid()::text, 'payments', '', 'test', NULL)",
    [of.tenantId, perMinute * 2n * BigInt(calls)],
  );
  await run(`CREATE TEMP TABLE past_charge AS SELECT g AS n, gen_random_uuid() AS call, gen_random_uuid() AS charge, given.since + g * interval '1 second' AS at,
    given.tenant, given.plan, given.price,
    (SELECT p.id FROM plan p JOIN tenant t ON t.parent_id = p.tenant_id WHERE t.id = given.tenant AND p.name = given.plan) AS plan_id, 2 * given.price AS cost, e.id AS extension
    FROM ${given} CROSS JOIN generate_series(1, given.n) g CROSS JOIN LATERAL (SELECT id FROM extension WHERE tenant_id = given.tenant LIMIT 1) e`);
  await owner.query(`INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, kind, dialled, to_e164, country, state, outcome, granted_seconds,
      started_at, answered_at, ended_at, talk_ms, billed_seconds, cost_micros, currency)
    SELECT tenant, call, 'past', call::text, extension, '101', 'external', '493012345678', '493012345678', 'DE', 'ended', 'answered', 300,
      at, at, at + interval '61 seconds', 61000, 120, cost, 'EUR' FROM past_charge`);
  await owner.query(`INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, plan_id, prefix, per_minute_micros, connection_fee_micros,
      first_seconds, next_seconds, grace_seconds, billed_seconds, charged_micros)
    SELECT tenant, call, tenant, 0, w.id, 'charged', cost, plan, plan_id, '49', price, 0, 60, 60, 0, 120, cost FROM past_charge JOIN wallet w ON w.tenant_id = tenant`);
  await owner.query(`INSERT INTO ledger_transaction (tenant_id, id, kind, posting_key, call_id, memo, actor, occurred_at)
    SELECT tenant, charge, 'charge', 'call:' || call || ':0', call, 'Call to +493012345678', 'call control', at FROM past_charge`);
  await owner.query(`INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, wallet_id, currency, amount_micros, balance_after_micros, seq, occurred_at)
    SELECT l.* FROM past_charge p JOIN wallet w ON w.tenant_id = p.tenant JOIN tenant t ON t.id = p.tenant CROSS JOIN LATERAL (VALUES
      (p.tenant, p.charge, 1, 'wallet', w.id, 'EUR', -p.cost, w.posted_micros - p.n * p.cost, w.last_seq + p.n, p.at),
      (t.parent_id, p.charge, 2, 'revenue', NULL::uuid, 'EUR', p.cost, NULL::bigint, NULL::bigint, p.at)) l`);
  await owner.query(`UPDATE wallet SET posted_micros = posted_micros - s.cost, last_seq = last_seq + s.n
    FROM (SELECT tenant, sum(cost)::bigint AS cost, count(*) AS n FROM past_charge GROUP BY 1) s WHERE wallet.tenant_id = s.tenant`);
  await owner.query(`INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
    SELECT tenant, ((at + interval '61 seconds') AT TIME ZONE 'UTC')::date, extension, sum(cost), count(*) FROM past_charge GROUP BY 1, 2, 3`);
  await owner.query("DROP TABLE past_charge");
}

/** Makes a plan, and what it charged, as old as the times in which a charge noted its plan's name only. */
export async function noteNameOnly(owner: Sql, plan: string): Promise<void> {
  await owner.query("ALTER TABLE plan DISABLE TRIGGER plan_keeps_original_name");
  await owner.query("UPDATE plan SET original_name = name WHERE id = $1", [plan]);
  await owner.query("ALTER TABLE plan ENABLE TRIGGER plan_keeps_original_name");
  await owner.query("UPDATE hold SET plan_id = NULL WHERE plan_id = $1", [plan]);
}
