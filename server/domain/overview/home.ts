import { type Attention, type Facts, needsAttention } from "@/server/domain/overview/attention.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type Home = {
  readonly attention: readonly Attention[];
  readonly phones: { readonly online: number; readonly total: number };
  readonly callsToday: number;
  readonly costTodayMicros: bigint;
  readonly firstCallDone: boolean;
  /** The most calls at once that the tenant may have. */
  readonly maxCalls: number;
  /** Fourteen days of the tenant's own calendar, the oldest first; `day` as YYYY-MM-DD. */
  readonly days: readonly { readonly day: string; readonly costMicros: bigint; readonly calls: number }[];
};

/**
 * What a person sees first. Wants a subtree transaction: for a reseller and the operator, phones, calls and costs are those
 * of everybody below, costs only where the currency is the same.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function getHome(tx: TenantRead, tenantId: TenantId, now = new Date()): Promise<Home> {
  const facts = await readFacts(tx, tenantId, now);
  const days = await readDays(tx, tenantId, now);
  return {
    attention: needsAttention(facts),
    phones: { online: facts.phonesOnline, total: facts.phonesTotal },
    callsToday: facts.callsToday,
    costTodayMicros: days.at(-1)?.costMicros ?? 0n,
    firstCallDone: facts.firstCallDone,
    maxCalls: facts.maxCalls,
    days,
  };
}

async function readFacts(
  tx: TenantRead,
  tenantId: TenantId,
  now: Date,
): Promise<Facts & { readonly maxCalls: number }> {
  const [row] = await tx.$queryRaw<Omit<Facts & { maxCalls: number }, "refused" | "lowBelow" | "lowBelowSlugs">[]>`
    SELECT t.slug, t.kind, t.state, t.currency, t.max_calls AS "maxCalls", t.plan_id IS NOT NULL AS "hasPlan",
      coalesce(w.posted_micros - w.held_micros + w.credit_limit_micros, 0) AS "availableMicros",
      coalesce((SELECT sum(charged_micros) FROM spend_day s WHERE s.tenant_id = t.id AND s.day >= (${now}::timestamptz AT TIME ZONE t.time_zone)::date - 6), 0)::bigint
        AS "weekMicros",
      EXISTS (SELECT FROM auto_top_up a WHERE a.tenant_id = t.id AND a.state = 'paused') AS "topUpPaused",
      (SELECT count(*)::int FROM extension) AS "phonesTotal",
      (SELECT count(DISTINCT extension_id)::int FROM registration WHERE expires_at > ${now}::timestamptz) AS "phonesOnline",
      (SELECT count(*)::int FROM extension WHERE tenant_id = t.id AND last_seen_at IS NULL) AS "neverSeen",
      (SELECT count(*)::int FROM extension e WHERE tenant_id = t.id AND last_seen_at IS NOT NULL AND state = 'active'
        AND NOT EXISTS (SELECT FROM registration r WHERE r.extension_id = e.id AND r.expires_at > ${now}::timestamptz)) AS "lostPhones",
      (SELECT count(*)::int FROM call WHERE state <> 'ended' AND started_at >= d.begins) + coalesce((SELECT u.calls::int FROM
        usage_series(d.begins, date_bin('15 minutes', ${now}::timestamptz, timestamptz 'epoch') + interval '15 minutes', 'way', NULL, t.time_zone, 'whole') u), 0) AS "callsToday",
      (EXISTS (SELECT FROM call WHERE outcome = 'answered') OR coalesce((SELECT u.answered > 0 FROM
        usage_series('2000-01-01', date_bin('15 minutes', ${now}::timestamptz, timestamptz 'epoch'), 'way', NULL, t.time_zone, 'whole') u), false)) AS "firstCallDone",
      (SELECT count(*)::int FROM security_event WHERE at > ${now}::timestamptz - interval '1 hour'
        AND type IN ('InvalidPassword', 'InvalidAccountID', 'ChallengeResponseFailed', 'FailedACL')) AS "failedRegistrations",
      (SELECT count(*)::int FROM difference WHERE healed_at IS NULL) AS differences,
      EXISTS (SELECT FROM block k WHERE k.tenant_id = t.id AND k.kind = 'tenant' AND k.lifted_at IS NULL) AS stopped,
      ARRAY(SELECT DISTINCT e.number FROM block k JOIN extension e ON e.tenant_id = k.tenant_id AND e.id = k.extension_id
        WHERE k.tenant_id = t.id AND k.lifted_at IS NULL ORDER BY e.number LIMIT 4) AS "stoppedNumbers"
    FROM tenant t CROSS JOIN LATERAL (SELECT date_trunc('day', ${now}::timestamptz AT TIME ZONE t.time_zone) AT TIME ZONE t.time_zone AS begins) d
    LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency WHERE t.id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found");
  const refused = await tx.$queryRaw<{ reason: string; calls: number }[]>`
    SELECT c.reason, count(*)::int AS calls FROM tenant_below b JOIN call c ON c.tenant_id = b.descendant_id
    WHERE b.ancestor_id = ${tenantId}::uuid AND c.state = 'ended' AND c.outcome = 'blocked' AND c.outcome <> 'answered' AND c.reason IS NOT NULL
      AND c.started_at > ${now}::timestamptz - interval '24 hours'
    GROUP BY reason ORDER BY calls DESC, reason LIMIT 3`;
  const low = await tx.$queryRaw<{ slug: string; total: number }[]>`
    SELECT t.slug, (count(*) OVER ())::int AS total FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id
      JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
    WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth = 1 AND w.posted_micros - w.held_micros + w.credit_limit_micros < 1000000
    ORDER BY t.name LIMIT 3`;
  return { ...row, refused, lowBelow: low[0]?.total ?? 0, lowBelowSlugs: low.map((tenant) => tenant.slug) };
}

function readDays(
  tx: TenantRead,
  tenantId: TenantId,
  now: Date,
): Promise<{ day: string; costMicros: bigint; calls: number }[]> {
  return tx.$queryRaw`
    SELECT to_char(d.day, 'YYYY-MM-DD') AS day, coalesce(sum(s.charged_micros), 0)::bigint AS "costMicros", coalesce(sum(s.calls), 0)::int AS calls
    FROM tenant own
    CROSS JOIN LATERAL (SELECT (${now}::timestamptz AT TIME ZONE own.time_zone)::date - back AS day FROM generate_series(0, 13) back) d
    LEFT JOIN (spend_day s JOIN tenant seller ON seller.id = s.tenant_id) ON s.day = d.day AND seller.currency = own.currency
    WHERE own.id = ${tenantId}::uuid GROUP BY d.day ORDER BY d.day`;
}
