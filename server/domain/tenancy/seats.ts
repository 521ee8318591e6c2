import { isTenantWithin } from "@/server/domain/brands/door";
import { allows, isRole, type Permission, type Role } from "@/server/domain/tenancy/roles";
import type { Viewing } from "@/server/domain/viewing/viewing";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type Seat = {
  readonly tenantId: TenantId;
  readonly tenantKind: string;
  /** Where the seat stands: the tenant itself, or one above it. */
  readonly seatTenantId: TenantId;
  readonly seatKind: string;
  readonly role: Role;
  /** The tenant of the person's own seat, for the trail: the same as seatTenantId but for somebody who looks. */
  readonly actingTenantId: TenantId;
  /** The role of the person's own seat, for somebody who looks at the tenant as another. */
  readonly lookerRole?: Role;
};

/** Who asks, whether their session has shown a second factor, and what it looks at for now. */
export type Asking = Readonly<{
  userId: UserId;
  factorAt: Date | null;
  viewing?: Viewing | undefined;
  /** At the host name of a brand: whatever is not its tenant or below is not there. */
  within?: TenantId | undefined;
}>;

/**
 * Whether a seat carries a permission. Somebody who looks reads what the role reads that they look as, and never more than
 * their own seat does: looking must open no door.
 */
export const seatAllows = ({ role, lookerRole }: Seat, permission: Permission): boolean =>
  allows(role, permission) &&
  (lookerRole === undefined || (permission.endsWith(".read") && allows(lookerRole, permission)));

/**
 * The seat that lets a person act on a tenant: its own, or the nearest above. Read from the database for each request,
 * so that removing a seat works at once.
 * @returns undefined when there is no such tenant or no seat reaches it; callers must not tell the two apart.
 * @throws DomainError factor_required when the tenant of the seat wants a second factor, and this session has shown none.
 */
export async function findSeat(
  db: Db,
  { userId, factorAt, viewing, within }: Asking,
  tenantSlug: string,
): Promise<Seat | undefined> {
  const [row] = await db.$queryRaw<
    {
      tenant_id: string;
      seat_tenant_id: string;
      role: string;
      kind: string;
      seat_kind: string;
      wants_factor: boolean;
    }[]
  >`
    SELECT tenant_id, seat_tenant_id, role, kind, seat_kind, wants_factor FROM find_seat(${userId}::uuid, ${tenantSlug})`;
  if (!row || !isRole(row.role)) return undefined;
  if (within && !(await isTenantWithin(db, row.tenant_id as TenantId, within))) return undefined;
  if (row.wants_factor && factorAt === null) throw new DomainError("factor_required");
  const seat: Seat = {
    tenantId: row.tenant_id as TenantId,
    tenantKind: row.kind,
    seatTenantId: row.seat_tenant_id as TenantId,
    seatKind: row.seat_kind,
    role: row.role,
    actingTenantId: row.seat_tenant_id as TenantId,
  };
  return viewing ? lookingAt(db, seat, viewing) : seat;
}

/** Whether some seat of a person reaches a tenant. */
export async function reachesTenant(db: Db, userId: UserId, tenantSlug: string): Promise<boolean> {
  return (await db.$queryRaw<unknown[]>`SELECT 1 FROM find_seat(${userId}::uuid, ${tenantSlug})`).length > 0;
}

/** The seat as the one looked as would have it, on the tenant looked at and below it; the person's own anywhere else. */
async function lookingAt(db: Db, seat: Seat, viewing: Viewing): Promise<Seat> {
  const [at] = await db.$queryRaw<{ kind: string | null }[]>`
    SELECT view_kind(${viewing.tenantId}::uuid, ${seat.tenantId}::uuid) AS kind`;
  if (!at?.kind) return seat;
  return { ...seat, seatTenantId: viewing.tenantId, seatKind: at.kind, role: viewing.role, lookerRole: seat.role };
}

/** The same for a file or a stream, whose address a browser opens by itself: a missing factor is an answer, not an error. */
export const seatForStream = (
  db: Db,
  asking: Asking,
  tenantSlug: string,
): Promise<Seat | "factor_required" | undefined> =>
  findSeat(db, asking, tenantSlug).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "factor_required") return "factor_required";
    throw error;
  });

/** The tenants on which a person holds a seat of their own, by name; at the host name of a brand those behind it. */
export async function seatsOf(
  db: Db,
  userId: UserId,
  within?: TenantId,
): Promise<{ tenantSlug: string; tenantName: string; kind: string; role: string }[]> {
  const rows = await db.$queryRaw<{ tenant_slug: string; tenant_name: string; kind: string; role: string }[]>`
    SELECT tenant_slug, tenant_name, kind, role FROM seats_of(${userId}::uuid)
    WHERE ${within ?? null}::uuid IS NULL OR ${within ?? null}::uuid IN (SELECT tenants_above(tenant_by_slug(tenant_slug)))`;
  return rows.map((row) => ({
    tenantSlug: row.tenant_slug,
    tenantName: row.tenant_name,
    kind: row.kind,
    role: row.role,
  }));
}
