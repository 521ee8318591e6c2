import { type Duty, daysOf } from "@/server/domain/duties/duty-kinds.schema";
import { SECRET_DAYS } from "@/server/domain/system/manager-secret.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** For so long it is enough that all chains were found whole, and as their anchors know them. */
const VERIFIED_DAYS = daysOf.quarter;
/** A seat that nobody used for so long is one to look at. */
const UNUSED_DAYS = 30;

type Left = Readonly<Partial<Record<Duty, number | null>>>;

/**
 * What the system itself counts as not done yet, of the duties of which it can know: incidents that nobody took, differences that
 * are open, seats without a sign-in for a month, secrets of the manager interface older than a quarter, and the trail (one) when
 * nobody found all of it whole for that long. Seats are not counted where sessions are kept for less than that month: a seat that
 * was used would look like one that was not. Wants a subtree transaction of the operator.
 */
export async function leftOf(tx: TenantRead, operatorId: TenantId): Promise<Left> {
  const [row] = await tx.$queryRaw<Left[]>`
    SELECT (SELECT count(*)::int FROM incident WHERE tenant_id = ${operatorId}::uuid AND state = 'triage' AND merged_into IS NULL
        AND (snoozed_until IS NULL OR snoozed_until <= now())) AS incidents,
      (SELECT count(*)::int FROM difference WHERE healed_at IS NULL) AS differences,
      CASE WHEN (SELECT days FROM retention_effective(${operatorId}::uuid, 'sessions')) >= ${UNUSED_DAYS} THEN
        (SELECT count(*)::int FROM seat s LEFT JOIN members_seen() seen ON seen.user_id = s.user_id
          WHERE s.tenant_id = ${operatorId}::uuid AND (s.ends_at IS NULL OR s.ends_at > now())
            AND greatest(s.created_at, seen.last_seen_at) < now() - ${UNUSED_DAYS} * interval '1 day') END AS seats,
      (SELECT count(*)::int FROM manager_secrets() WHERE since < now() - ${SECRET_DAYS} * interval '1 day') AS secrets,
      CASE WHEN EXISTS (SELECT FROM audit_event WHERE tenant_id = ${operatorId}::uuid AND action = 'audit.verify' AND subject = 'audit:all'
        AND at > now() - ${VERIFIED_DAYS} * interval '1 day' AND after @> '{"ok": true}' AND (after ->> 'anchors')::bigint > 0) THEN 0 ELSE 1 END AS trail`;
  return row ?? {};
}
