import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";
import { isLanguage, type Language } from "@/server/kernel/languages";

/** The language that a person chose; null while they chose none. */
export async function languageOfPerson(db: Db, userId: UserId): Promise<Language | null> {
  const [row] = await db.$queryRaw<{ language: string | null }[]>`SELECT person_language(${userId}::uuid) AS language`;
  return isLanguage(row?.language) ? row.language : null;
}

/**
 * Keeps in which language a person reads the portal and their mails. The transaction acts for that person. A repeat changes nothing.
 * @returns what they had chosen before.
 */
export async function setOwnLanguage(tx: TenantWrite, userId: UserId, language: Language): Promise<string | null> {
  const [before] = await tx.$queryRaw<{ language: string | null }[]>`
    SELECT language FROM person WHERE id = ${userId}::uuid FOR UPDATE`;
  await tx.$executeRaw`UPDATE person SET language = ${language} WHERE id = ${userId}::uuid`;
  return before?.language ?? null;
}

/**
 * Sets the language in which a tenant's people are spoken and written to while they chose none themselves. Locks the tenant.
 * @returns the one before. @throws DomainError not_found.
 */
export async function setTenantLanguage(tx: TenantWrite, tenantId: TenantId, language: Language): Promise<string> {
  const [before] = await tx.$queryRaw<{ language: string }[]>`
    SELECT language FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
  if (!before) throw new DomainError("not_found");
  await tx.$executeRaw`UPDATE tenant SET language = ${language} WHERE id = ${tenantId}::uuid`;
  return before.language;
}
