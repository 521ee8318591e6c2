import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { isLanguage, type Language } from "@/server/kernel/languages";

export type TenantSettings = Readonly<{
  name: string;
  slug: string;
  country: string;
  currency: string;
  timeZone: string;
  /** In which its people are spoken to while they chose none themselves. */
  language: Language;
  createdAt: Date;
  /** What the tenant above is called; null at the operator. */
  provider: string | null;
}>;

/** What a tenant is. @throws DomainError not_found. */
export async function getSettings(tx: TenantRead, tenantId: TenantId): Promise<TenantSettings> {
  const select = {
    name: true,
    slug: true,
    country: true,
    currency: true,
    timeZone: true,
    language: true,
    createdAt: true,
  };
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select });
  if (!tenant) throw new DomainError("not_found");
  const [above] = await tx.$queryRaw<{ name: string | null }[]>`SELECT provider_name() AS name`;
  const language = isLanguage(tenant.language) ? tenant.language : "en";
  return { ...tenant, language, provider: above?.name ?? null };
}

type Renaming = Readonly<{
  name: string;
  /** The name as the person saw it: whoever was slower is told instead of undoing what the other did. */
  seen: string;
}>;

/**
 * Gives the tenant acted on another name. Its short name, and what was written under the old one, stay. Locks the tenant.
 * @throws DomainError conflict when somebody renamed it since it was seen; not_found.
 */
export async function renameTenant(tx: TenantWrite, tenantId: TenantId, { name, seen }: Renaming): Promise<string> {
  const [locked] = await tx.$queryRaw<
    { name: string }[]
  >`SELECT name FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
  if (!locked) throw new DomainError("not_found");
  if (locked.name !== seen && locked.name !== name) {
    const sentence = "Somebody gave it another name meanwhile: look at it, and save again if yours is the right one.";
    throw new DomainError("conflict", { field: "name" }, sentence);
  }
  await tx.tenant.update({ where: { id: tenantId }, data: { name } });
  return locked.name;
}
