import { MOST_NETWORKS } from "@/server/domain/blocks/block.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** Networks that an extension's phones may come from, in their order; none: they may come from everywhere. */
export async function allowListOf(tx: TenantRead, tenantId: TenantId, extensionId: ExtensionId): Promise<string[]> {
  const rows = await tx.$queryRaw<{ network: string }[]>`
    SELECT abbrev(network) AS network FROM allow_list
    WHERE tenant_id = ${tenantId}::uuid AND extension_id = ${extensionId}::uuid ORDER BY allow_list.network LIMIT ${MOST_NETWORKS}`;
  return rows.map(({ network }) => network);
}

/** Would this lock us out? Addresses from which the extension's phones are registered now and could not be any more. */
export async function wouldCutOff(tx: TenantRead, id: ExtensionId, networks: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ address: string }[]>`
    SELECT address FROM allow_list_would_cut(${id}::uuid, ${networks}::text[]::inet[])`;
  return rows.map(({ address }) => address);
}

type Wanted = Readonly<{ extensionId: ExtensionId; networks: readonly string[]; cutOff: boolean }>;

/**
 * Replaces the list of networks that an extension's phones may come from. The PBX refuses others from the next request on, with
 * the right secret too, and forgets phones that are registered from elsewhere. A repeat changes nothing.
 * @param wanted.networks as `networkField` gives them; none: from everywhere.
 * @returns the list before, and how many phones were forgotten.
 * @throws DomainError not_found; ban_cuts_off when phones are registered from elsewhere and `cutOff` does not say that they may be.
 */
export async function setAllowList(
  tx: TenantWrite,
  tenantId: TenantId,
  { extensionId, networks, cutOff }: Wanted,
): Promise<{ before: string[]; forgotten: number }> {
  const before = await allowListOf(tx, tenantId, extensionId);
  const [first, ...others] = await wouldCutOff(tx, extensionId, networks);
  if (first !== undefined && !cutOff) {
    const more = others.length > 0 ? ` and from ${others.length} more` : "";
    const sentence = `A phone is registered from ${first}${more}, which the list leaves out. Add it, or say that it is to be cut off.`;
    throw new DomainError("ban_cuts_off", { kind: "extension", what: first }, sentence);
  }
  const [row] = await tx.$queryRaw<{ forgotten: number }[]>`
    SELECT allow_list_set(${extensionId}::uuid, ${networks}::text[]::inet[]) AS forgotten`;
  return { before, forgotten: row?.forgotten ?? 0 };
}
