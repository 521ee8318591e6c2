import { type Brand, brandAtHost, urlOfHost } from "@/server/domain/brands/brands";
import type { Db } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";

/** A host name of a brand: who comes in there belongs to its tenant or to one below, and sees nobody else. */
export type Door = Readonly<{
  tenantId: TenantId;
  brand: Brand;
  /** Where it is, without a slash at the end. */
  url: string;
}>;

/** The name in a Host header, without its port. */
export const hostIn = (header: string | null | undefined): string =>
  (header ?? "").trim().toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");

/** The brand's door that a request came to; undefined at the house's own, and under any name that nobody has verified. */
export async function doorOf(
  db: Db,
  hostHeader: string | null | undefined,
  houseUrl: string,
): Promise<Door | undefined> {
  const host = hostIn(hostHeader);
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host) || host === new URL(houseUrl).hostname) return undefined;
  const found = await brandAtHost(db, host);
  if (!found) return undefined;
  const { tenantId, ...brand } = found;
  return { tenantId, brand, url: urlOfHost(host, houseUrl) };
}

/** Whether a person has a seat behind a door: on its tenant or below. */
export async function isPersonWithin(db: Db, userId: string, doorTenantId: TenantId): Promise<boolean> {
  const [row] = await db.$queryRaw<{ within: boolean }[]>`
    SELECT person_within(${userId}::uuid, ${doorTenantId}::uuid) AS within`;
  return row?.within ?? false;
}

/**
 * Whether a door is all that a person has: a seat behind it, and none anywhere else. What takes the whole account over, such
 * as a link that sets its password, must come by no name that belongs to somebody who has a part of it.
 */
export async function isPersonOnlyWithin(db: Db, userId: string, doorTenantId: TenantId): Promise<boolean> {
  const [row] = await db.$queryRaw<{ only: boolean }[]>`
    SELECT count(*) > 0 AND bool_and(${doorTenantId}::uuid IN (SELECT tenants_above(tenant_by_slug(tenant_slug)))) AS only
    FROM seats_of(${userId}::uuid)`;
  return row?.only ?? false;
}

/** Whether a tenant is behind a door. */
export async function isTenantWithin(db: Db, tenantId: TenantId, doorTenantId: TenantId): Promise<boolean> {
  const [row] = await db.$queryRaw<{ within: boolean }[]>`
    SELECT ${doorTenantId}::uuid IN (SELECT tenants_above(${tenantId}::uuid)) AS within`;
  return row?.within ?? false;
}
