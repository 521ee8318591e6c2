import { findSeat, type Seat } from "@/server/domain/tenancy/seats";
import type { UsedToken } from "@/server/domain/tokens/tokens";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";

/**
 * The seat that lets a token act on a tenant: that of its maker on the token's own tenant, for that tenant and those below.
 * Seats that the maker has elsewhere, above or further down, are none of the token's.
 * @returns undefined when the seat is gone, or the tenant is none of these; callers must not tell the two apart.
 * @throws DomainError factor_required when the tenant wants a second factor by now, and the maker had shown none.
 */
export async function seatOfToken(db: Db, token: UsedToken, tenantSlug: string): Promise<Seat | undefined> {
  const base = await findSeat(db, { userId: token.userId, factorAt: token.factorAt }, token.tenantSlug);
  if (!base || base.tenantId !== token.tenantId || base.seatTenantId !== token.tenantId) return undefined;
  if (tenantSlug === token.tenantSlug) return base;
  const below = await readTenant(db, { tenantId: token.tenantId, subtree: true }, (tx) =>
    tx.tenant.findUnique({ where: { slug: tenantSlug }, select: { id: true, kind: true } }),
  );
  if (!below) return undefined;
  return { ...base, tenantId: below.id as Seat["tenantId"], tenantKind: below.kind };
}
