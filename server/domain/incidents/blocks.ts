import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId, UserId } from "@/server/kernel/ids";

/** What calls are stopped: all of a tenant's, those of one phone, or those to numbers that begin so. */
export type BlockSubject =
  | Readonly<{ kind: "tenant" }>
  | Readonly<{ kind: "extension"; extensionId: ExtensionId }>
  /** Digits of E.164 without a plus sign; also for the tenants below. */
  | Readonly<{ kind: "destination"; prefix: string }>;

/** A block is an incident's or a person's: there is always somebody to ask. */
export type BlockOwner = Readonly<{ incidentId: string }> | Readonly<{ personId: UserId }>;

type Placed = Readonly<{ tenantId: TenantId; subject: BlockSubject; owner: BlockOwner; reason: string }>;

/**
 * Stops calls of a tenant at or below the one acted on from the commit on; emergency calls always pass. Calls that are being
 * authorised are waited for. A repeat by the same owner answers with the block there is; another owner gets one of its own.
 * Locks the incident, then the tenant.
 * @param reason what the tenant reads, at most 500 characters.
 * @returns the block's id.
 * @throws DomainError not_below; not_found for an extension of somebody else; invalid_state when the incident is over.
 */
export async function placeBlock(tx: TenantWrite, { tenantId, subject, owner, reason }: Placed): Promise<string> {
  const extension = subject.kind === "extension" ? subject.extensionId : null;
  const prefix = subject.kind === "destination" ? subject.prefix : null;
  const incident = "incidentId" in owner ? owner.incidentId : null;
  const person = "personId" in owner ? owner.personId : null;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT block_place(${tenantId}::uuid, ${subject.kind}, ${extension}::uuid, ${prefix}, ${incident}::uuid, ${person}::uuid, ${reason}) AS id`;
  if (!row) throw new Error("the block was not written");
  return row.id;
}

/**
 * Lifts one block; what another incident or person holds stays.
 * @param by a person's id, a job's name or the account of the command line.
 * @returns false when it was lifted before.
 * @throws DomainError not_found when there is none, or a tenant above placed it.
 */
export async function liftBlock(tx: TenantWrite, tenantId: TenantId, blockId: string, by: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ lifted: boolean }[]>`
    SELECT block_lift(${tenantId}::uuid, ${blockId}::uuid, ${by}) AS lifted`;
  return row?.lifted ?? false;
}

/** How many blocks an incident holds now, with those of the incidents that are part of it. */
export async function countBlocks(tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM block k JOIN incident i ON i.tenant_id = k.placed_by AND i.id = k.incident_id
    WHERE k.placed_by = ${tenantId}::uuid AND k.lifted_at IS NULL AND (i.id = ${incidentId}::uuid OR i.merged_into = ${incidentId}::uuid)`;
  return row?.n ?? 0;
}
