import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/**
 * Lets no call of a tenant be authorised until the transaction ends: those that are on the way are waited for, so that the
 * job that ends them finds them, and later ones see what the transaction did. Locks the tenant's row; the transaction acts
 * for that tenant. Before it only locks of extensions may have been taken, or of tenants above.
 */
export async function lockCallsOf(tx: TenantWrite, tenantId: TenantId): Promise<void> {
  await tx.$queryRaw`SELECT id FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
}
