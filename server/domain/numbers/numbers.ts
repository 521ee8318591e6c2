import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/**
 * Takes a number into service; the tenant acted on, the operator, holds it and it rings nowhere.
 * @throws DomainError invalid_input for digits that no country has.
 * @throws DomainError forbidden for any other tenant; did_taken when it is in service, without a word about whose it is.
 */
export async function addNumber(tx: TenantWrite, tenantId: TenantId, number: string): Promise<void> {
  if (!parsePhoneNumberFromString(`+${number}`)?.isPossible()) {
    throw new DomainError("invalid_input", { field: "number", number }, `+${number} is not a number that can exist.`);
  }
  await mustBeOperator(tx, tenantId);
  const [row] = await tx.$queryRaw<{ added: boolean }[]>`SELECT number_add(${number}) AS added`;
  if (!row?.added) throw new DomainError("did_taken", { field: "number", number });
}

/**
 * Hands a number of the tenant acted on to a tenant below it. It rings nowhere until that one says where; a repeat changes
 * nothing. Locks the number.
 * @returns whether the other did not have it until now.
 * @throws DomainError not_found unless it is held at or below the tenant acted on; not_below for a receiver that is not;
 *   invalid_state while another tenant below holds it.
 */
export async function giveNumber(tx: TenantWrite, tenantId: TenantId, to: Receiver): Promise<{ changed: boolean }> {
  if (to.id === tenantId) throw new DomainError("not_below", { field: "tenant" });
  const holder = await move(tx, to.number, to.id);
  return { changed: holder !== to.id };
}

type Receiver = { readonly number: string; readonly id: TenantId };

/**
 * Takes a number back that a tenant below holds: it rings nowhere until the tenant acted on says where. Calls that go on
 * stay with whom they began. A repeat changes nothing. Locks the number.
 * @returns who held it until now; undefined when the tenant acted on did.
 * @throws DomainError not_found unless it is held at or below the tenant acted on.
 */
export async function takeNumber(
  tx: TenantWrite,
  tenantId: TenantId,
  number: string,
): Promise<{ from: Holder | undefined }> {
  return { from: await holderBelow(tx, await move(tx, number, tenantId)) };
}

async function move(tx: TenantWrite, number: string, toId: TenantId): Promise<TenantId> {
  const [row] = await tx.$queryRaw<
    { holder: TenantId }[]
  >`SELECT number_give(${number}, ${toId}::uuid)::text AS holder`;
  if (!row) throw new Error("the database answered without a holder");
  return row.holder;
}

/**
 * Takes a number out of service: it is called in vain from then on. Calls that go on stay.
 * @returns who held it; undefined when the operator did.
 * @throws DomainError forbidden unless the tenant acted on is the operator; not_found for a number that is not in service.
 */
export async function removeNumber(
  tx: TenantWrite,
  tenantId: TenantId,
  number: string,
): Promise<{ from: Holder | undefined }> {
  await mustBeOperator(tx, tenantId);
  const [row] = await tx.$queryRaw<{ holder: TenantId }[]>`SELECT number_remove(${number})::text AS holder`;
  return { from: row && (await holderBelow(tx, row.holder)) };
}

type Ringing = { readonly extension: string | null };

/**
 * Says at which of its extensions a number of the tenant rings, or that it rings nowhere. A repeat changes nothing.
 * @returns the number of the extension before and after.
 * @throws DomainError not_found for a number that the tenant does not hold, or an extension that is not its own.
 */
export async function routeNumber(
  tx: TenantWrite,
  tenantId: TenantId,
  number: string,
  extensionId: ExtensionId | null,
): Promise<{ before: Ringing; after: Ringing }> {
  const [held] = await tx.$queryRaw<{ extension: string | null }[]>`
    SELECT (SELECT e.number FROM extension e WHERE e.tenant_id = d.tenant_id AND e.id = d.extension_id) AS extension
    FROM did d WHERE d.tenant_id = ${tenantId}::uuid AND d.number = ${number} FOR UPDATE OF d`;
  if (!held) throw new DomainError("not_found", { field: "number", number });
  const extension = extensionId && (await tx.extension.findFirst({ where: { tenantId, id: extensionId } }));
  if (extensionId && !extension) throw new DomainError("not_found", { field: "extensionId", extensionId });
  await tx.did.update({ where: { tenantId_number: { tenantId, number } }, data: { extensionId } });
  return { before: { extension: held.extension }, after: { extension: extension ? extension.number : null } };
}

async function mustBeOperator(tx: TenantRead, tenantId: TenantId): Promise<void> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { kind: true } });
  if (tenant?.kind === "operator") return;
  throw new DomainError("forbidden", {}, "Only the operator takes numbers into service or out of it.");
}

export type Holder = { readonly id: TenantId; readonly slug: string };

/** Who held a number, unless it is the tenant acted on. */
async function holderBelow(tx: TenantWrite, id: TenantId): Promise<Holder | undefined> {
  const [row] = await tx.$queryRaw<{ slug: string | null }[]>`
    SELECT tenant_slug_below(${id}::uuid) AS slug WHERE ${id}::uuid <> app_tenant()`;
  return row?.slug ? { id, slug: row.slug } : undefined;
}

/** What the trails say of a tenant that has a number no more: its own as well. */
export const lostBy = (from: Holder | undefined) => (from ? { before: { from: from.slug }, alsoFor: [from.id] } : {});
