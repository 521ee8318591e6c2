import type { BillingDetails } from "@/server/domain/statements/statement.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** What stands on statements beside the tenant's name, as seller and as buyer. @throws DomainError not_found. */
export async function getBillingDetails(tx: TenantRead, tenantId: TenantId): Promise<BillingDetails> {
  const [row] = await tx.$queryRaw<BillingDetails[]>`
    SELECT billing_address AS address, vat_id AS "vatId" FROM tenant WHERE id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found");
  return row;
}

/** Sets it for statements to come; those that were issued keep what they say. A repeat changes nothing. */
export async function setBillingDetails(
  tx: TenantWrite,
  tenantId: TenantId,
  { address, vatId }: BillingDetails,
): Promise<{ before: BillingDetails }> {
  await tx.$queryRaw`SELECT id FROM tenant WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  const before = await getBillingDetails(tx, tenantId);
  await tx.$executeRaw`UPDATE tenant SET billing_address = ${address}, vat_id = ${vatId} WHERE id = ${tenantId}::uuid`;
  return { before };
}
