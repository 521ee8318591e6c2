import { mayHandle } from "@/server/domain/tenancy/member.rules";
import { isRole, type Role } from "@/server/domain/tenancy/roles";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** The roles whose seats on this tenant work only in sessions with a second factor. */
export async function factorPolicyOf(tx: TenantRead, tenantId: TenantId): Promise<readonly Role[]> {
  const [row] = await tx.$queryRaw<{ roles: string[] }[]>`
    SELECT roles FROM factor_policy WHERE tenant_id = ${tenantId}::uuid`;
  return (row?.roles ?? []).filter(isRole);
}

type Wanted = Readonly<{ roles: readonly Role[]; by: Role; withFactor: boolean }>;

/**
 * Says which roles need a second factor from now on; sessions without one are refused with their next request. Locks the
 * tenant's policy.
 * @throws DomainError forbidden when somebody who is not an owner decides about owners.
 * @throws DomainError factor_required when the one who decides would be shut out by it.
 */
export async function setFactorPolicy(
  tx: TenantWrite,
  tenantId: TenantId,
  { roles, by, withFactor }: Wanted,
): Promise<{ before: readonly Role[]; after: readonly Role[] }> {
  await tx.$executeRaw`
    INSERT INTO factor_policy (tenant_id, roles) VALUES (${tenantId}::uuid, '{}') ON CONFLICT (tenant_id) DO NOTHING`;
  await tx.$queryRaw`SELECT 1 AS locked FROM factor_policy WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  const before = await factorPolicyOf(tx, tenantId);
  const after = [...new Set(roles)].sort();
  const changed = [
    ...after.filter((role) => !before.includes(role)),
    ...before.filter((role) => !after.includes(role)),
  ];
  if (!changed.every((role) => mayHandle(by, role))) {
    throw new DomainError("forbidden", { field: "roles" }, "Only an owner decides about owners.");
  }
  if (after.includes(by) && !withFactor) {
    const sentence = "Your own seat would stop working: set up a second factor first, and sign in with it.";
    throw new DomainError("factor_required", { field: "roles" }, sentence);
  }
  await tx.$executeRaw`UPDATE factor_policy SET roles = ${after}::text[] WHERE tenant_id = ${tenantId}::uuid`;
  return { before, after };
}
