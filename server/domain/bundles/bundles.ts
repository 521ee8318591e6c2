import type { NewBundle } from "@/server/domain/bundles/bundle.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type BundleRow = {
  readonly id: string;
  readonly name: string;
  readonly unit: "seconds" | "calls";
  /** How many of them in one period. */
  readonly quantity: number;
  readonly period: "day" | "month";
  readonly prefixes: readonly string[];
  readonly secondsPerCall: number;
  /** Tenants of this branch that have it now. */
  readonly holders: number;
};

/** The bundles a tenant sells, by name. With a subtree transaction those who have them are counted. At most 500. */
export function listBundles(tx: TenantRead, tenantId: TenantId): Promise<BundleRow[]> {
  return tx.$queryRaw<BundleRow[]>`
    SELECT b.id, b.name, b.unit, b.amount AS quantity, b.period, b.prefixes, b.seconds_per_call AS "secondsPerCall",
      (SELECT count(*)::int FROM tenant_bundle x WHERE x.bundle_id = b.id AND x.valid @> now()) AS holders
    FROM bundle b WHERE b.tenant_id = ${tenantId}::uuid ORDER BY b.name, b.id LIMIT 500`;
}

export type HeldBundle = Omit<BundleRow, "holders"> & {
  /** The first day of the present period, in the holder's own calendar, as year-month-day. */
  readonly periodStart: string;
  readonly used: number;
  /** What calls in progress keep of it. */
  readonly kept: number;
  /** What is left for new calls. */
  readonly remaining: number;
  readonly since: Date;
};

/**
 * The bundles that a tenant has now, the one that is used first first, with what is used and left in the present period. With
 * a subtree transaction those of tenants below as well, as far as their sellers are visible.
 */
export function listHeldBundles(tx: TenantRead, tenantId: TenantId): Promise<HeldBundle[]> {
  return tx.$queryRaw<HeldBundle[]>`
    SELECT b.id, b.name, b.unit, b.amount AS quantity, b.period, b.prefixes, b.seconds_per_call AS "secondsPerCall", lower(x.valid) AS since,
      period.start::text AS "periodStart", coalesce(u.used, 0) AS used, coalesce(u.held, 0) AS kept,
      greatest(b.amount - coalesce(u.used + u.held, 0), 0) AS remaining
    FROM tenant_bundle x JOIN tenant t ON t.id = x.tenant_id JOIN bundle b ON b.id = x.bundle_id
    CROSS JOIN LATERAL (SELECT date_trunc(b.period, now() AT TIME ZONE t.time_zone)::date AS start) period
    LEFT JOIN bundle_use u ON u.tenant_id = x.tenant_id AND u.bundle_id = b.id AND u.period_start = period.start
    WHERE x.tenant_id = ${tenantId}::uuid AND x.valid @> now() ORDER BY lower(x.valid), b.id LIMIT 500`;
}

/**
 * Makes a bundle that the tenant can give to those below it.
 * @throws DomainError bundle_taken when it has one of that name.
 */
export async function createBundle(tx: TenantWrite, tenantId: TenantId, bundle: NewBundle): Promise<string> {
  const [row] = await tx.bundle.createManyAndReturn({
    data: [
      {
        tenantId,
        name: bundle.name,
        unit: bundle.unit,
        amount: bundle.quantity,
        period: bundle.period,
        prefixes: [...new Set(bundle.prefixes)],
        ...(bundle.secondsPerCall === undefined ? {} : { secondsPerCall: bundle.secondsPerCall }),
      },
    ],
    // The unique index decides, not a look beforehand.
    skipDuplicates: true,
    select: { id: true },
  });
  if (!row) throw new DomainError("bundle_taken", { field: "name", name: bundle.name });
  return row.id;
}

type Given = { readonly bundleId: string; readonly buyerId: TenantId };

/**
 * Gives a bundle to a tenant below, from now on; one that had it once has it again. The transaction acts for the bundle's
 * owner and moves to the buyer. A repeat changes nothing.
 * @returns whether the tenant did not have it until now, and the bundle's name.
 * @throws DomainError not_found for a bundle the owner does not have; not_below unless the buyer stands below the owner.
 */
export async function giveBundle(
  tx: TenantWrite,
  ownerId: TenantId,
  given: Given,
): Promise<{ changed: boolean; name: string }> {
  const name = await toBuyer(tx, ownerId, given);
  const changed = await tx.$executeRaw`
    INSERT INTO tenant_bundle (tenant_id, bundle_id) VALUES (${given.buyerId}::uuid, ${given.bundleId}::uuid)
    ON CONFLICT (tenant_id, bundle_id) DO UPDATE SET valid = excluded.valid WHERE NOT tenant_bundle.valid @> now()`;
  return { changed: changed > 0, name };
}

/**
 * Ends a tenant's bundle: new calls are not paid by it any more, calls in progress keep what they have of it. A repeat
 * changes nothing.
 * @returns whether the tenant had it, and the bundle's name.
 * @throws DomainError not_found for a bundle the owner does not have; not_below unless the buyer stands below the owner.
 */
export async function endBundle(
  tx: TenantWrite,
  ownerId: TenantId,
  given: Given,
): Promise<{ changed: boolean; name: string }> {
  const name = await toBuyer(tx, ownerId, given);
  // One that began in this very transaction is left a moment to have been valid in: a range must not be empty.
  const changed = await tx.$executeRaw`
    UPDATE tenant_bundle SET valid = tstzrange(lower(valid), greatest(now(), lower(valid) + interval '1 microsecond'))
    WHERE tenant_id = ${given.buyerId}::uuid AND bundle_id = ${given.bundleId}::uuid AND valid @> now()`;
  return { changed: changed > 0, name };
}

async function toBuyer(tx: TenantWrite, ownerId: TenantId, { bundleId, buyerId }: Given): Promise<string> {
  const bundle = await tx.bundle.findFirst({ where: { tenantId: ownerId, id: bundleId }, select: { name: true } });
  if (!bundle) throw new DomainError("not_found", { field: "bundle" });
  if (buyerId === ownerId) throw new DomainError("not_below", { field: "tenant" });
  await tx.$queryRaw`SELECT act_below(${buyerId}::uuid)::text`;
  return bundle.name;
}
