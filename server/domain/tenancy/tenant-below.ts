import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
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

/**
 * Lets a customer below have tenants of its own. The transaction acts for a tenant above it; a repeat changes nothing.
 * @returns whether it was a customer until now.
 * @throws DomainError not_below unless it stands below the tenant acted on.
 */
export async function makeReseller(tx: TenantWrite, tenantId: TenantId): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ changed: boolean }[]>`SELECT tenant_make_reseller(${tenantId}::uuid) AS changed`;
  return row?.changed ?? false;
}

/**
 * Does one step of a change for a tenant below, and comes back: an onboarding touches the parent, the new tenant and
 * whoever owns its plan.
 * @throws DomainError not_below unless the tenant is at or below the one acted on.
 */
export async function forTenantBelow<T>(tx: TenantRead, tenantId: TenantId, step: () => Promise<T>): Promise<T> {
  const [here] = await tx.$queryRaw<{ id: string }[]>`SELECT app_tenant() AS id`;
  await tx.$queryRaw`SELECT act_below(${tenantId}::uuid)::text`;
  const result = await step();
  await tx.$queryRaw`SELECT set_config('app.tenant_id', ${here?.id ?? ""}, true)`;
  return result;
}
