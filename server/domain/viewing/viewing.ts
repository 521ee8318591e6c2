import type { Role } from "@/server/domain/tenancy/roles";
import { type BeginView, VIEW_MINUTES } from "@/server/domain/viewing/viewing.schema";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";

/** What a session looks at, as which of its roles, and until when. Nothing can be changed meanwhile. */
export type Viewing = Readonly<{
  tenantId: TenantId;
  tenantSlug: string;
  tenantName: string;
  /** The tenant above whose seat allows it. */
  fromTenantId: TenantId;
  role: Role;
  reason: string;
  until: Date;
}>;

type Looker = Readonly<{ userId: UserId; sessionId: SessionId; tenantId: TenantId; seatTenantId: TenantId }>;

/**
 * Begins to look at a tenant below the one acted on, for half an hour and in this session only. Locks the session; of two
 * that begin at one moment one does.
 * @throws DomainError not_found when it is not below; invalid_state when the session looks at one already, or is over.
 */
export async function beginView(
  tx: TenantWrite,
  { userId, sessionId, tenantId, seatTenantId }: Looker,
  { childSlug, role, reason }: BeginView,
): Promise<{ tenantId: TenantId; until: Date }> {
  const [child] = await tx.$queryRaw<{ id: TenantId }[]>`
    SELECT b.descendant_id AS id FROM tenant_below b
    WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth > 0 AND b.descendant_id = tenant_by_slug(${childSlug})`;
  if (!child) throw new DomainError("not_found", { field: "childSlug" });
  const [row] = await tx.$queryRaw<{ until: Date | null }[]>`
    SELECT session_view_begin(${userId}::uuid, ${sessionId}::uuid, ${child.id}::uuid, ${seatTenantId}::uuid, ${role}, ${reason},
      ${VIEW_MINUTES}::int) AS until`;
  if (!row?.until) {
    throw new DomainError("invalid_state", {}, "This session looks at a tenant already. End that first.");
  }
  return { tenantId: child.id, until: row.until };
}

/**
 * Ends what the session looks at.
 * @throws DomainError invalid_state when it looks at nothing, or no longer: a repeat says so.
 */
export async function endView(
  tx: TenantWrite,
  { userId, sessionId, tenantId }: Omit<Looker, "seatTenantId">,
): Promise<void> {
  const [row] = await tx.$queryRaw<{ ended: boolean }[]>`
    SELECT session_view_end(${userId}::uuid, ${sessionId}::uuid, ${tenantId}::uuid) AS ended`;
  if (!row?.ended) throw new DomainError("invalid_state", {}, "You are not looking at this tenant any more.");
}
