import { forgetSaved } from "@/server/domain/saved-lists/saved-lists";
import { mayHandle } from "@/server/domain/tenancy/member.rules";
import { isRole, type Role } from "@/server/domain/tenancy/roles";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type MemberRow = {
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly since: Date;
  /** When the seat ends by itself; null for one that stays. */
  readonly endsAt: Date | null;
  /** When the person was last signed in anywhere; null when that is longer ago than sessions are kept. */
  readonly lastSeenAt: Date | null;
  readonly withFactor: boolean;
};

export type InvitationRow = {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly seatEndsAt: Date | null;
};

/** Who has a seat on this very tenant, by e-mail address. Seats above it, which reach it too, are not listed. */
export function listMembers(tx: TenantRead, tenantId: TenantId): Promise<MemberRow[]> {
  return tx.$queryRaw<MemberRow[]>`
    SELECT s.user_id AS "userId", p.email, p.name, s.role, s.created_at AS since, s.ends_at AS "endsAt",
      seen.last_seen_at AS "lastSeenAt", coalesce(seen.with_factor, false) AS "withFactor"
    FROM seat s JOIN person p ON p.id = s.user_id LEFT JOIN members_seen() seen ON seen.user_id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND (s.ends_at IS NULL OR s.ends_at > now()) ORDER BY p.email LIMIT 1000`;
}

/** Invitations that can still be used, the newest first. */
export function listInvitations(tx: TenantRead, tenantId: TenantId): Promise<InvitationRow[]> {
  return tx.$queryRaw<InvitationRow[]>`
    SELECT id, email, role, created_at AS "createdAt", expires_at AS "expiresAt", seat_ends_at AS "seatEndsAt" FROM invitation
    WHERE tenant_id = ${tenantId}::uuid AND used_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT 1000`;
}

/**
 * Takes a seat away and ends all sessions of that person: access ends with the next request, streams included.
 * Locks the tenant's owners, so that two owners cannot remove each other at the same moment.
 * @throws DomainError not_found when the person has no seat here; a repeat therefore says so.
 * @throws DomainError forbidden when somebody who is not an owner removes one.
 * @throws DomainError invalid_state for the last owner: somebody must be able to let people in.
 */
export async function revokeMember(
  tx: TenantWrite,
  tenantId: TenantId,
  { userId, by }: { userId: UserId; by: Role },
): Promise<{ email: string; role: Role }> {
  const owners = await tx.$queryRaw<{ userId: string }[]>`
    SELECT user_id AS "userId" FROM seat WHERE tenant_id = ${tenantId}::uuid AND role = 'owner' ORDER BY user_id FOR UPDATE`;
  const [seat] = await tx.$queryRaw<{ email: string; role: string }[]>`
    SELECT p.email, s.role FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.user_id = ${userId}::uuid`;
  if (!seat || !isRole(seat.role)) throw new DomainError("not_found");
  if (!mayHandle(by, seat.role)) throw new DomainError("forbidden", {}, "Only an owner can remove an owner.");
  if (owners.length === 1 && owners[0]?.userId === userId) {
    throw new DomainError("invalid_state", {}, "This is the last owner. Invite another owner first.");
  }
  await tx.$executeRaw`DELETE FROM seat WHERE tenant_id = ${tenantId}::uuid AND user_id = ${userId}::uuid`;
  await forgetSaved(tx, { tenantId, personId: userId });
  await tx.$queryRaw`SELECT session_revoke(${userId}::uuid, NULL, NULL)`;
  return { email: seat.email, role: seat.role };
}

/**
 * Withdraws an invitation: its link stops working.
 * @throws DomainError not_found when there is none that can still be used.
 */
export async function withdrawInvitation(tx: TenantWrite, tenantId: TenantId, id: string): Promise<{ email: string }> {
  const [row] = await tx.$queryRaw<{ email: string }[]>`
    DELETE FROM invitation WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND used_at IS NULL RETURNING email`;
  if (!row) throw new DomainError("not_found");
  return row;
}
