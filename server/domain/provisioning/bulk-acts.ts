import { numbersText } from "@/server/domain/provisioning/bulk";
import type { ExtensionChange } from "@/server/domain/provisioning/extension.schema";
import {
  editExtension,
  type NewPhone,
  resumeExtension,
  rotateSecret,
  suspendExtension,
} from "@/server/domain/provisioning/extensions";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** What one act did to many, for the trail: how many, and which numbers. */
export type BulkDone<T = undefined> = Readonly<{ count: number; numbers: string; result: T }>;

/** In the order of their ids, so that two acts on the same extensions wait for each other and never for ever. */
async function each<T>(ids: readonly ExtensionId[], act: (id: ExtensionId) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (const id of [...new Set(ids)].sort()) done.push(await act(id));
  return done;
}

const bulkOf = <T>(numbers: readonly string[], result: T): BulkDone<T> => ({
  count: numbers.length,
  numbers: numbersText(numbers),
  result,
});

/**
 * Suspends many, as suspendExtension does one; all or none.
 * @throws DomainError not_found when one of them is not this tenant's.
 */
export async function suspendMany(tx: TenantWrite, tenantId: TenantId, ids: readonly ExtensionId[]): Promise<BulkDone> {
  const before = await each(ids, (id) => suspendExtension(tx, tenantId, id));
  return bulkOf(
    before.map(({ number }) => number),
    undefined,
  );
}

/** Lets many call again; all or none. @throws DomainError not_found when one of them is not this tenant's. */
export async function resumeMany(tx: TenantWrite, tenantId: TenantId, ids: readonly ExtensionId[]): Promise<BulkDone> {
  const before = await each(ids, (id) => resumeExtension(tx, tenantId, id));
  return bulkOf(
    before.map(({ number }) => number),
    undefined,
  );
}

/**
 * Replaces the secrets of many, as rotateSecret does one; all or none.
 * @throws DomainError not_found when one of them is not this tenant's.
 */
export async function rotateMany(
  tx: TenantWrite,
  tenantId: TenantId,
  ids: readonly ExtensionId[],
): Promise<BulkDone<readonly NewPhone[]>> {
  const rotated = await each(ids, (id) => rotateSecret(tx, tenantId, id));
  // Ids are in no order that a person knows.
  const phones = rotated.toSorted((a, b) => a.number.localeCompare(b.number, "en", { numeric: true }));
  return bulkOf(
    phones.map(({ number }) => number),
    phones,
  );
}

/** Sets the limits of many; what is left out stays. @throws DomainError not_found when one of them is not this tenant's. */
export async function limitMany(
  tx: TenantWrite,
  tenantId: TenantId,
  { ids, limits }: Readonly<{ ids: readonly ExtensionId[]; limits: Pick<ExtensionChange, "maxCalls" | "dailyCap"> }>,
): Promise<BulkDone> {
  const done = await each(ids, (id) => editExtension(tx, tenantId, id, limits));
  return bulkOf(
    done.map(({ after }) => after.number),
    undefined,
  );
}

/**
 * The ids of extensions by their numbers.
 * @throws DomainError not_found naming the first number that the tenant does not have.
 */
export async function idsOfNumbers(
  tx: TenantRead,
  tenantId: TenantId,
  numbers: readonly string[],
): Promise<ExtensionId[]> {
  const rows = await tx.extension.findMany({
    where: { tenantId, number: { in: [...numbers] } },
    select: { id: true, number: true },
  });
  const there = new Set(rows.map(({ number }) => number));
  const missing = numbers.find((number) => !there.has(number));
  if (missing !== undefined) {
    throw new DomainError("not_found", { field: "number", number: missing }, `There is no extension ${missing}.`);
  }
  return rows.map(({ id }) => id as ExtensionId);
}
