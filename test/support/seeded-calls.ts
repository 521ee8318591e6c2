import { randomUUID } from "node:crypto";

import type { builders, Phone, Tenancy } from "@/test/support/builders";

export type SeededCall = Readonly<{
  to?: string;
  country?: string;
  /** Seconds before now at which it began. */
  ago?: number;
  at?: Date;
  /** Micros that it cost; of one that goes on, that are held. */
  cost?: bigint;
  perMinute?: bigint;
  talkMs?: number;
  blocked?: boolean;
  open?: boolean;
}>;

/** Puts calls of a phone into the database as if they had been made: with the hold of the caller's own level. */
export async function seedCalls(
  make: Pick<ReturnType<typeof builders>, "sql">,
  of: Tenancy,
  phone: Phone,
  calls: readonly SeededCall[],
): Promise<string[]> {
  const rows = calls.map((call) => ({
    id: randomUUID(),
    to: call.to ?? "493012345678",
    country: call.country ?? "DE",
    at: call.at ?? new Date(Date.now() - (call.ago ?? 5) * 1000),
    cost: String(call.cost ?? 0n),
    per_minute: String(call.perMinute ?? 0n),
    talk: call.talkMs ?? 60_000,
    blocked: call.blocked ?? false,
    open: call.open ?? false,
  }));
  const json = JSON.stringify(rows);
  const from = `jsonb_to_recordset($1::jsonb) AS r(id uuid, "to" text, country text, at timestamptz, cost bigint, per_minute bigint, talk bigint, blocked boolean, open boolean)`;
  await make.sql(
    `INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, extension_number, kind, dialled, to_e164, country, source_address, state, outcome, started_at,
       answered_at, ended_at, talk_ms, cost_micros, currency)
     SELECT $2, r.id, 'pbx1', r.id::text, $3, '101', 'external', r."to", r."to", r.country, '203.0.113.9', CASE WHEN r.open THEN 'answered' ELSE 'ended' END,
       CASE WHEN r.blocked THEN 'blocked' WHEN NOT r.open THEN 'answered' END, r.at, CASE WHEN NOT r.blocked THEN r.at END, CASE WHEN NOT r.open THEN r.at END,
       CASE WHEN NOT r.open THEN r.talk END, CASE WHEN NOT r.open AND NOT r.blocked THEN r.cost END, 'EUR' FROM ${from}`,
    [json, of.tenantId, phone.extensionId],
  );
  await make.sql(
    `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros, connection_fee_micros, first_seconds,
       next_seconds, grace_seconds)
     SELECT $2, r.id, $2, 0, w.id, CASE WHEN r.open THEN 'open' ELSE 'charged' END, r.cost, 'Plan', '49', r.per_minute, 0, 60, 60, 0
     FROM ${from}, wallet w WHERE w.tenant_id = $2 AND NOT r.blocked`,
    [json, of.tenantId],
  );
  return rows.map(({ id }) => id);
}
