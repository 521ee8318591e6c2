import { createHash, randomBytes } from "node:crypto";

import type { NewMember } from "@/server/domain/tenancy/member.schema";
import { isRole, type Role } from "@/server/domain/tenancy/roles";
import { seatEnd } from "@/server/domain/tenancy/seat-end";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

const VALID_DAYS = 7;
/** 256 bits: the link alone lets somebody in, so it must be beyond guessing. */
const TOKEN_BYTES = 32;

// Prisma wants bytes in a plain ArrayBuffer, which a Buffer's type does not promise.
const digestOf = (token: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash("sha256").update(token).digest());

/** Where an invitation leads. The token stands behind the #, so that no server, proxy or log on the way ever sees it. */
export const invitationUrl = (appUrl: string, token: string): string => `${appUrl}/invitation#${token}`;

/**
 * Invites an address to a seat on the tenant acted on. The token is in the answer and nowhere else; only its digest is
 * stored. An earlier invitation of the same address stops being valid, so a repeat is safe.
 * @throws DomainError email_taken when the address has a seat here; invalid_input for a last day that cannot be.
 */
export async function invite(
  tx: TenantWrite,
  tenantId: TenantId,
  { email, role, lastDay }: NewMember,
): Promise<{ id: string; token: string }> {
  const [seated] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM seat s JOIN person p ON p.id = s.user_id WHERE s.tenant_id = ${tenantId}::uuid AND p.email = ${email}`;
  if (seated) throw new DomainError("email_taken", { field: "email" });
  await tx.$executeRaw`DELETE FROM invitation WHERE tenant_id = ${tenantId}::uuid AND email = ${email} AND used_at IS NULL`;
  const endsAt = await seatEnd(tx, tenantId, { role, lastDay });
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO invitation (tenant_id, email, role, token_hash, expires_at, seat_ends_at)
    VALUES (${tenantId}::uuid, ${email}, ${role}, ${digestOf(token)}, now() + make_interval(days => ${VALID_DAYS}::int), ${endsAt}) RETURNING id`;
  if (!row) throw new DomainError("conflict");
  return { id: row.id, token };
}

export type OpenInvitation = {
  readonly tenantId: TenantId;
  readonly tenantSlug: string;
  readonly tenantName: string;
  readonly email: string;
  readonly role: Role;
  /** Somebody with an account keeps their password. */
  readonly hasPassword: boolean;
};

/**
 * The invitation behind a link.
 * @throws DomainError invitation_invalid when it was used, has expired, was withdrawn, or never was: one answer for all.
 */
export async function getInvitation(db: Db, token: string): Promise<OpenInvitation> {
  const [row] = await db.$queryRaw<
    {
      tenant_id: TenantId;
      tenant_slug: string;
      tenant_name: string;
      email: string;
      role: string;
      has_password: boolean;
    }[]
  >`SELECT tenant_id, tenant_slug, tenant_name, email, role, has_password FROM invitation_lookup(${digestOf(token)})`;
  if (!row || !isRole(row.role)) throw new DomainError("invitation_invalid");
  return {
    tenantId: row.tenant_id,
    tenantSlug: row.tenant_slug,
    tenantName: row.tenant_name,
    email: row.email,
    role: row.role,
    hasPassword: row.has_password,
  };
}

/**
 * Uses an invitation up and gives the seat. Of two people with one link one gets in. `passwordHash` is kept only for
 * somebody without a password.
 * @throws DomainError invitation_invalid when it was used in between.
 */
export async function acceptInvitation(
  tx: TenantWrite,
  { token, name, passwordHash }: { token: string; name: string; passwordHash: string | null },
): Promise<UserId> {
  const [row] = await tx.$queryRaw<{ id: UserId | null }[]>`
    SELECT invitation_accept(${digestOf(token)}, ${name}, ${passwordHash}) AS id`;
  if (!row?.id) throw new DomainError("invitation_invalid");
  return row.id;
}
