import type { Policy } from "@/server/domain/retention/retention.schema";
import type { RetentionAction, RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type EffectivePolicy = Readonly<{
  class: RetentionClass;
  scope: "tenant" | "installation";
  actions: readonly RetentionAction[];
  action: RetentionAction;
  /** As wished for, and as it counts: whole days within floor and ceiling. */
  wishDays: number;
  days: number;
  floorDays: number;
  ceilingDays: number;
  /** Whose policy it is; null: the house's. */
  setBy: string | null;
  /** Whether it is the tenant's own. */
  own: boolean;
}>;

/** What holds for a tenant, class by class: its own policy, that of the nearest tenant above, or the house's. */
export const listPolicies = (tx: TenantRead, tenantId: TenantId): Promise<EffectivePolicy[]> =>
  tx.$queryRaw<EffectivePolicy[]>`
    SELECT k.class, k.scope, k.actions, e.action, e.wish_days AS "wishDays", e.days, k.floor_days AS "floorDays", k.ceiling_days AS "ceilingDays",
      t.slug AS "setBy", coalesce(e.set_at = ${tenantId}::uuid, false) AS own
    FROM retention_class k CROSS JOIN LATERAL retention_effective(${tenantId}::uuid, k.class) e LEFT JOIN tenant t ON t.id = e.set_at
    ORDER BY k.rank`;

/** Which tenants below have a policy of their own. */
export const listExceptions = (
  tx: TenantRead,
): Promise<{ tenant: string; class: RetentionClass; action: RetentionAction; days: number }[]> =>
  tx.$queryRaw`
    SELECT t.slug AS tenant, p.class, p.action, least(k.ceiling_days, greatest(k.floor_days, p.days)) AS days
    FROM retention_policy p JOIN retention_class k ON k.class = p.class JOIN tenant t ON t.id = p.tenant_id
    WHERE t.kind <> 'operator' ORDER BY t.slug, k.rank LIMIT 500`;

/**
 * Sets a tenant's policy for one class; it counts from the next batch on. A repeat changes nothing.
 * @returns what counts now and what counted before, in whole days.
 * @throws DomainError not_found for a tenant that is not at or below the one acted on; invalid_input for an action that the
 * class does not know; invalid_state for a class with one policy for all.
 */
export async function setPolicy(tx: TenantWrite, tenantId: TenantId, policy: Policy, by: string) {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('retention:' || ${tenantId}, 0))::text`;
  const before = await policyOf(tx, tenantId, policy.class);
  await tx.$executeRaw`SELECT retention_set(${tenantId}::uuid, ${policy.class}, ${policy.action}, ${policy.keepDays}::int, ${by})`;
  return { before, after: await policyOf(tx, tenantId, policy.class) };
}

/**
 * Takes a tenant's own policy back, so that the one above it counts. Without one it does nothing.
 * @throws DomainError not_found as above.
 */
export async function clearPolicy(tx: TenantWrite, tenantId: TenantId, of: RetentionClass, by: string) {
  const before = await policyOf(tx, tenantId, of);
  await tx.$executeRaw`SELECT retention_set(${tenantId}::uuid, ${of}, NULL, NULL, ${by})`;
  return { before, after: await policyOf(tx, tenantId, of) };
}

async function policyOf(tx: TenantRead, tenantId: TenantId, of: RetentionClass) {
  const rows = await tx.$queryRaw<{ action: RetentionAction; wishDays: number; days: number }[]>`
    SELECT action, wish_days AS "wishDays", days FROM retention_effective(${tenantId}::uuid, ${of})`;
  const [row] = rows;
  if (!row) throw new DomainError("not_found", { class: of });
  return row;
}
