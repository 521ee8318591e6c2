import type { Challenge } from "@/server/domain/people/challenge.rules";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { UserId } from "@/server/kernel/ids";

export type PasskeyRow = Readonly<{
  id: string;
  name: string;
  transports: readonly string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}>;

/** A person's passkeys, the oldest first. */
export function listPasskeys(db: Db, userId: UserId): Promise<PasskeyRow[]> {
  return db.$queryRaw<PasskeyRow[]>`
    SELECT id, name, transports, created_at AS "createdAt", last_used_at AS "lastUsedAt" FROM passkeys_of(${userId}::uuid)`;
}

export type NewPasskey = Readonly<{
  id: string;
  publicKey: Uint8Array;
  counter: number;
  transports: readonly string[];
  name: string;
}>;

/**
 * Keeps a passkey that was proven. Locks the person.
 * @throws DomainError invalid_state when there are ten already, or it is known.
 */
export async function addPasskey(tx: TenantWrite, userId: UserId, passkey: NewPasskey): Promise<void> {
  const { id, publicKey, counter, transports, name } = passkey;
  await tx.$queryRaw`
    SELECT passkey_add(${userId}::uuid, ${id}, ${Uint8Array.from(publicKey)}, ${counter}::bigint, ${[...transports]}::text[], ${name})::text`;
}

/**
 * Takes a passkey away. Locks the person.
 * @returns what it was called.
 * @throws DomainError not_found; invalid_state when it is the last factor and the password is too short alone.
 */
export async function removePasskey(tx: TenantWrite, userId: UserId, passkeyId: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ name: string }[]>`
    SELECT passkey_remove(${userId}::uuid, ${passkeyId}) AS name`;
  return row?.name ?? "";
}

export type KnownPasskey = Readonly<{ userId: UserId; email: string; publicKey: Uint8Array; counter: number }>;

/** Whose passkey this is, and what its answers are checked with. Only signing in may ask. */
export async function findPasskey(db: Db, passkeyId: string): Promise<KnownPasskey | undefined> {
  const [row] = await db.$queryRaw<{ user_id: UserId; email: string; public_key: Uint8Array; counter: bigint }[]>`
    SELECT user_id, email, public_key, counter FROM passkey_find(${passkeyId})`;
  return row && { userId: row.user_id, email: row.email, publicKey: row.public_key, counter: Number(row.counter) };
}

/** Uses a question up. @returns false when it was answered before: of two answers at once one counts. */
export async function takeChallenge(db: Db | TenantWrite, { digest, expiresAt }: Challenge): Promise<boolean> {
  const [row] = await db.$queryRaw<{ taken: boolean }[]>`SELECT challenge_use(${digest}, ${expiresAt}) AS taken`;
  return row?.taken ?? false;
}

/** Notes that a passkey was used. @returns false when its counter did not go on: there is a copy of it somewhere. */
export async function notePasskeyUse(db: Db, passkeyId: string, counter: number): Promise<boolean> {
  const [row] = await db.$queryRaw<{ noted: boolean }[]>`
    SELECT passkey_used(${passkeyId}, ${counter}::bigint) AS noted`;
  return row?.noted ?? false;
}
