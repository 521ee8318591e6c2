import type { NewSavedList } from "@/server/domain/saved-lists/saved-list.schema";
import type { SavedPage } from "@/server/domain/saved-lists/saved-list-kinds.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type SavedList = Readonly<{ id: string; name: string; query: string }>;

type Own = Readonly<{ tenantId: TenantId; personId: string }>;

/** More of one page than this nobody finds anything in. */
const MOST = 20;

/** What this person keeps of a page's list here, by name. */
export const listSaved = (tx: TenantRead, own: Own, page: SavedPage): Promise<SavedList[]> =>
  tx.savedList.findMany({
    where: { ...own, page },
    select: { id: true, name: true, query: true },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: MOST,
  });

/**
 * Keeps a list as it is narrowed now. One of the same name is replaced, so a repeat changes nothing. Locks what the person keeps here.
 * @throws DomainError too_large beyond twenty of a page.
 */
export async function saveList(tx: TenantWrite, own: Own, { page, name, query }: NewSavedList): Promise<SavedList> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('saved:' || ${own.tenantId}::text || ${own.personId}::text, 0))`;
  const others = await tx.savedList.count({ where: { ...own, page, name: { not: name } } });
  if (others >= MOST) {
    throw new DomainError("too_large", { most: MOST }, `At most ${MOST} lists of a page are kept; remove one first.`);
  }
  // In plain words, so that whoever is to be forgotten is found in it; no column takes the character of number 0.
  const says = [name, ...new URLSearchParams(query).values()].join("\n").replaceAll("\0", " ");
  const [row] = await tx.$queryRaw<SavedList[]>`
    INSERT INTO saved_list (tenant_id, person_id, page, name, query, says)
    VALUES (${own.tenantId}::uuid, ${own.personId}::uuid, ${page}, ${name}, ${query}, ${says})
    ON CONFLICT (tenant_id, person_id, page, name) DO UPDATE SET query = EXCLUDED.query, says = EXCLUDED.says
    RETURNING id, name, query`;
  if (!row) throw new DomainError("not_found");
  return row;
}

/** @returns what was removed. @throws DomainError not_found for what this person does not keep. */
export async function removeSaved(
  tx: TenantWrite,
  own: Own,
  id: string,
): Promise<Readonly<{ page: string; name: string }>> {
  const [row] = await tx.$queryRaw<{ page: string; name: string }[]>`
    DELETE FROM saved_list WHERE tenant_id = ${own.tenantId}::uuid AND person_id = ${own.personId}::uuid AND id = ${id}::uuid
    RETURNING page, name`;
  if (!row) throw new DomainError("not_found", { savedList: id });
  return row;
}

/** Lets go of what somebody kept in a tenant where they have no seat any more. Safe to repeat. */
export async function forgetSaved(tx: TenantWrite, own: Own): Promise<void> {
  await tx.savedList.deleteMany({ where: own });
}
