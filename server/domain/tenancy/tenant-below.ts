import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type TenantBelow = {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
  readonly kind: "operator" | "reseller" | "customer";
  readonly currency: string;
  readonly country: string;
  readonly parentId: TenantId | null;
};

/**
 * The tenant of a short name, at or below the one that a subtree transaction reads for.
 * @throws DomainError not_below for any other name, whether or not there is such a tenant: names cannot be probed.
 */
export async function getTenantBelow(tx: TenantRead, slug: string): Promise<TenantBelow> {
  const row = await tx.tenant.findUnique({
    where: { slug },
    select: { id: true, slug: true, name: true, kind: true, currency: true, country: true, parentId: true },
  });
  if (!row) throw new DomainError("not_below", { field: "tenant", slug });
  return row as TenantBelow;
}
