import { addLine, type Worker } from "@/server/domain/incidents/incidents";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

type Ask = Readonly<{ incidentId: string; reason: string }>;

/** The key of the snapshot that answers a line of a timeline. */
export const keyOfLine = (incidentId: string, line: number): string => `line:${incidentId}:${line}`;

/**
 * Asks the workers for evidence of an incident, in any state; the timeline says who and why. A repeat asks for another
 * snapshot.
 * @returns the line, whose answer has the key `keyOfLine`.
 * @throws DomainError not_found.
 */
export async function askEvidence(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, reason }: Ask,
  by: Worker,
): Promise<{ line: number; incident: string }> {
  const incident = await tx.incident.findUnique({
    where: { tenantId_id: { tenantId, id: incidentId } },
    select: { number: true },
  });
  if (!incident) throw new DomainError("not_found", { incidentId });
  const line = await addLine(tx, tenantId, incidentId, by.name, { kind: "evidence_asked", body: reason });
  await enqueue(tx, tenantId, "takeEvidence", { incidentId, line });
  return { line, incident: String(incident.number) };
}

/** Who asked in a line, and why. @throws DomainError not_found. */
export async function askOfLine(
  tx: TenantRead,
  tenantId: TenantId,
  { incidentId, line }: Readonly<{ incidentId: string; line: number }>,
): Promise<{ takenBy: string; reason: string }> {
  const row = await tx.incidentLine.findUnique({
    where: { tenantId_incidentId_seq: { tenantId, incidentId, seq: line } },
    select: { actor: true, body: true, kind: true },
  });
  if (row?.kind !== "evidence_asked") throw new DomainError("not_found", { incidentId, line });
  return { takenBy: row.actor, reason: row.body };
}
