import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";

/**
 * Limits what a tenant's calls may cost on one day of its own calendar, in micros; null takes the limit away. Calls in
 * progress end at what they hold when the cap leaves no more.
 * @returns the cap before, in micros.
 * @throws DomainError not_found when the tenant is not the one acted on.
 */
export async function setDailyCap(
  tx: TenantWrite,
  tenantId: TenantId,
  cap: Micros | null,
): Promise<{ before: bigint | null }> {
  const [before] = await tx.$queryRaw<{ cap: bigint | null }[]>`
    SELECT daily_cap_micros AS cap FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
  if (!before) throw new DomainError("not_found");
  await tx.$executeRaw`UPDATE tenant SET daily_cap_micros = ${cap} WHERE id = ${tenantId}::uuid`;
  return { before: before.cap };
}
