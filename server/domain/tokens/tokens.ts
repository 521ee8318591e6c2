import { allows, isPermission, type Permission, type Role } from "@/server/domain/tenancy/roles";
import type { NewTokenInput } from "@/server/domain/tokens/token.schema";
import { digestOf, isToken, newToken } from "@/server/domain/tokens/token-text";
import type { Db } from "@/server/infra/db/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

/** More than this nobody looks after. */
const MOST_TOKENS = 50;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export type TokenRow = Readonly<{
  id: string;
  name: string;
  prefix: string;
  scopes: readonly string[];
  /** Whose it is; ends with their seat. */
  maker: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  /** Until when the one before the last change is taken as well. */
  oldUntil: Date | null;
  lastUsedAt: Date | null;
  lastUsedFrom: string;
  state: "active" | "expired" | "revoked" | "no_seat";
}>;

type Stored = Omit<TokenRow, "state"> & { seated: boolean; now: Date };

/** A tenant's tokens, newest first; those that are over for ninety days. */
export async function listTokens(tx: TenantRead, tenantId: TenantId): Promise<TokenRow[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT a.id, a.name, a.prefix, a.scopes, coalesce(p.email, 'somebody') AS maker, a.created_at AS "createdAt", a.expires_at AS "expiresAt",
      a.revoked_at AS "revokedAt", a.old_until AS "oldUntil", a.last_used_at AS "lastUsedAt", a.last_used_from AS "lastUsedFrom",
      EXISTS (SELECT FROM seat s WHERE s.tenant_id = a.tenant_id AND s.user_id = a.user_id AND (s.ends_at IS NULL OR s.ends_at > now())) AS seated,
      clock_timestamp() AS now
    FROM api_token a LEFT JOIN person p ON p.id = a.user_id
    WHERE a.tenant_id = ${tenantId}::uuid AND coalesce(a.revoked_at, a.expires_at) > now() - interval '90 days'
    ORDER BY a.created_at DESC, a.id LIMIT 200`;
  return rows.map(({ seated, now, ...row }) => ({ ...row, state: stateOf(row, seated, now) }));
}

function stateOf(
  { revokedAt, expiresAt }: Pick<Stored, "revokedAt" | "expiresAt">,
  seated: boolean,
  now: Date,
): TokenRow["state"] {
  if (revokedAt) return "revoked";
  if (expiresAt <= now) return "expired";
  return seated ? "active" : "no_seat";
}

type Maker = Readonly<{ userId: UserId; role: Role; withFactor: boolean }>;

/**
 * Makes a token of somebody who has a seat on this very tenant. A repeat makes another.
 * @returns its whole text, which stands nowhere else.
 * @throws DomainError forbidden for a scope that the maker's role does not carry; invalid_state for too many.
 */
export async function createToken(
  tx: TenantWrite,
  tenantId: TenantId,
  input: NewTokenInput,
  { userId, role, withFactor }: Maker,
): Promise<{ id: string; prefix: string; tokenOnce: string; expiresAt: Date }> {
  const beyond = input.scopes.find((scope) => !isPermission(scope) || !allows(role, scope));
  if (beyond !== undefined) {
    throw new DomainError(
      "forbidden",
      { field: "scopes", permission: beyond, role },
      `Your role does not include ${beyond}, so no token of yours can.`,
    );
  }
  const there = await tx.apiToken.count({ where: { tenantId, revokedAt: null, expiresAt: { gt: new Date() } } });
  if (there >= MOST_TOKENS)
    throw new DomainError("invalid_state", {}, `There are ${MOST_TOKENS} tokens; revoke one first.`);
  const { prefix, text, digest } = newToken();
  const scopes = [...new Set(input.scopes)];
  const expiresAt = new Date(Date.now() + input.validDays * DAY_MS);
  const data = { tenantId, name: input.name, prefix, digest, scopes, userId, withFactor, expiresAt };
  const { id } = await tx.apiToken.create({ data, select: { id: true } });
  return { id, prefix, tokenOnce: text, expiresAt };
}

const active = { revokedAt: null } as const;

/**
 * Gives a token a new secret; the one before is taken for so many hours more, the one before that no longer. Only its maker
 * may, since whoever has the secret acts as them.
 * @throws DomainError not_found; forbidden for another's; invalid_state for one that is over.
 */
export async function rotateToken(
  tx: TenantWrite,
  tenantId: TenantId,
  { tokenId, overlapHours, userId }: Readonly<{ tokenId: string; overlapHours: number; userId: UserId }>,
): Promise<{ id: string; prefix: string; tokenOnce: string; oldUntil: Date }> {
  const where = { tenantId_id: { tenantId, id: tokenId } };
  const token = await tx.apiToken.findUnique({
    where,
    select: { prefix: true, digest: true, userId: true, revokedAt: true, expiresAt: true },
  });
  if (!token) throw new DomainError("not_found", { tokenId });
  if (token.userId !== userId)
    throw new DomainError("forbidden", { tokenId }, "Only whoever made a token can rotate it: it acts for them.");
  if (token.revokedAt || token.expiresAt <= new Date())
    throw new DomainError("invalid_state", { tokenId }, "That token is over. Make a new one.");
  const { text, digest } = newToken(token.prefix);
  const oldUntil = new Date(Date.now() + overlapHours * HOUR_MS);
  await tx.apiToken.update({ where, data: { digest, oldDigest: token.digest, oldUntil } });
  return { id: tokenId, prefix: token.prefix, tokenOnce: text, oldUntil };
}

/**
 * Ends a token at once. A repeat changes nothing.
 * @throws DomainError not_found.
 */
export async function revokeToken(
  tx: TenantWrite,
  tenantId: TenantId,
  tokenId: string,
): Promise<{ prefix: string; name: string }> {
  const where = { tenantId_id: { tenantId, id: tokenId } };
  const token = await tx.apiToken.findUnique({ where, select: { prefix: true, name: true } });
  if (!token) throw new DomainError("not_found", { tokenId });
  await tx.apiToken.updateMany({ where: { tenantId, id: tokenId, ...active }, data: { revokedAt: new Date() } });
  return token;
}

/** A token that holds, and for whom it acts. */
export type UsedToken = Readonly<{
  tenantId: TenantId;
  tenantSlug: string;
  id: string;
  name: string;
  prefix: string;
  scopes: readonly Permission[];
  userId: UserId;
  email: string;
  personName: string;
  /** When its maker had shown a second factor; null when they had not. */
  factorAt: Date | null;
  expiresAt: Date;
}>;

type Found = Readonly<{
  tenant_id: TenantId;
  tenant_slug: string;
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  user_id: UserId;
  email: string;
  person_name: string;
  with_factor: boolean;
  created_at: Date;
  expires_at: Date;
}>;

/** The token behind a text, and notes that it was used from there; undefined when it is none or does not hold any more. */
export async function tokenBehind(db: Db, text: string, address: string): Promise<UsedToken | undefined> {
  if (!isToken(text)) return undefined;
  const [row] = await db.$queryRaw<Found[]>`SELECT * FROM api_token_use(${digestOf(text)}, ${address})`;
  return (
    row && {
      tenantId: row.tenant_id,
      tenantSlug: row.tenant_slug,
      id: row.id,
      name: row.name,
      prefix: row.prefix,
      scopes: row.scopes.filter(isPermission),
      userId: row.user_id,
      email: row.email,
      personName: row.person_name,
      factorAt: row.with_factor ? row.created_at : null,
      expiresAt: row.expires_at,
    }
  );
}
