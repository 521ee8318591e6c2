import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type TenantFacts = Readonly<{ name: string; currency: string; timeZone: string }>;

/** @throws DomainError not_found when the tenant is not visible. */
export async function getTenantFacts(tx: TenantRead, tenantId: TenantId): Promise<TenantFacts> {
  const select = { name: true, currency: true, timeZone: true } as const;
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select });
  if (!tenant) throw new DomainError("not_found");
  return tenant;
}
