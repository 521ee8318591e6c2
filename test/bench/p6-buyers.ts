import type { BenchDatabase } from "./database";

export const RESELLERS = 10;
export const CALLS = 50_000;

/**
 * Resellers that buy by a plan, each with a customer, and calls of the last thirty days over its prefixes. Every other one adds
 * to what it pays; the rest have a price for each country.
 */
export async function buyers({ owner, operatorId }: BenchDatabase, plan: string, prefixes: readonly string[]) {
  await owner.query("SELECT set_config('app.tenant_id', $1, false)", [operatorId]);
  for (let n = 0; n < RESELLERS; n += 1) {
    const reseller = await tenant(owner, "reseller", `seller-${n}`);
    await owner.query("SELECT set_config('app.tenant_id', $1, false)", [reseller]);
    const customer = await tenant(owner, "customer", `buyer-${n}`);
    await owner.query("SELECT set_config('app.tenant_id', $1, false)", [operatorId]);
    const sells = await sellingPlan(owner, reseller, n % 2 === 0 ? plan : undefined);
    await owner.query("UPDATE tenant SET plan_id = CASE id WHEN $1 THEN $2::uuid ELSE $3 END WHERE id IN ($1, $4)", [
      ...[reseller, plan, sells, customer],
    ]);
    await owner.query(
      `CREATE TEMP TABLE talked AS SELECT gen_random_uuid() AS id, rpad(p, 12, '0') AS number, now() - random() * interval '29 days' AS at, (1 + random() * 300000)::bigint AS ms
       FROM unnest($1::text[]) p`,
      [Array.from({ length: CALLS / RESELLERS }, (_, at) => prefixes[(at * RESELLERS + n) % prefixes.length])],
    );
    await owner.query(
      `INSERT INTO call (tenant_id, id, pbx, pbx_call_id, kind, dialled, to_e164, state, outcome, started_at, answered_at, ended_at, talk_ms, billed_seconds, cost_micros, currency)
       SELECT $1, id, 'bench', id::text, 'external', number, number, 'ended', 'answered', at, at, at, ms, 60, 0, 'EUR' FROM talked`,
      [customer],
    );
    await owner.query(
      `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, plan_id, prefix, per_minute_micros, connection_fee_micros, first_seconds,
         next_seconds, grace_seconds, billed_seconds, charged_micros)
       SELECT w.tenant_id, t.id, $1, l.level, w.id, 'charged', 0, 'bench', l.plan, left(t.number, 1), 1, 0, 60, 60, 0, 60, 1
       FROM talked t CROSS JOIN (VALUES (0, $1::uuid, $3::uuid), (1, $2::uuid, $4::uuid)) l (level, tenant, plan) JOIN wallet w ON w.tenant_id = l.tenant`,
      [customer, reseller, sells, plan],
    );
    await owner.query("DROP TABLE talked");
  }
  await owner.query("ANALYZE call, hold, tenant, tenant_below, plan");
}

type Owner = BenchDatabase["owner"];

async function tenant(owner: Owner, kind: string, slug: string): Promise<string> {
  const text = "SELECT tenant_create($2, $2, $1, 'EUR', 'UTC', 'DE', NULL) AS id";
  const { rows } = await owner.query<{ id: string }>(text, [kind, slug]);
  return rows[0]?.id ?? "";
}

async function sellingPlan(owner: Owner, reseller: string, base: string | undefined): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    "INSERT INTO plan (tenant_id, name, currency, kind, base_plan_id, factor_ppm) VALUES ($1, 'sells', 'EUR', $2, $3, 1200000) RETURNING id",
    [reseller, base === undefined ? "rates" : "markup", base ?? null],
  );
  const plan = rows[0]?.id ?? "";
  if (base === undefined)
    await owner.query(
      `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, valid)
       SELECT $1, $2, g::text, 500000, '[2020-01-01,)' FROM generate_series(1, 999) g`,
      [reseller, plan],
    );
  return plan;
}
