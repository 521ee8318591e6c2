import {
  addLine,
  type IncidentOf,
  type Merged,
  mergeIncident,
  takeActive,
  type Worker,
} from "@/server/domain/incidents/incidents";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

const LONGEST_MS = 30 * 86_400_000;

type Snooze = Readonly<{ incidentIds: readonly string[]; until: Date | null }>;

/**
 * Puts incidents off until a moment of this machine's clock, or brings them back with null. One comes back by itself when the
 * moment is there, or as soon as something new happens: more signals, another severity or state. Its clocks run on, and
 * people are told as before. All or none; a repeat sets the moment anew. Locks the incidents.
 * @throws DomainError not_found; invalid_state for one that is over or part of another; invalid_input for a moment that is not
 * within the next 30 days.
 */
export async function snoozeIncidents(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentIds, until }: Snooze,
  by: Worker,
  now = new Date(),
): Promise<IncidentOf[]> {
  await lockAll(tx, tenantId, incidentIds);
  if (until && !(until > now && until.getTime() <= now.getTime() + LONGEST_MS)) {
    throw new DomainError("invalid_input", { field: "until" }, "Choose a moment within the next 30 days.");
  }
  const done: IncidentOf[] = [];
  for (const id of new Set(incidentIds)) {
    const incident = await takeActive(tx, tenantId, id);
    await tx.$executeRaw`
      UPDATE incident SET snoozed_until = ${until}::timestamptz WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    const line = until ? { kind: "snoozed", detail: { until: until.toISOString() } } : { kind: "woken" };
    await addLine(tx, tenantId, id, by.name, line);
    done.push(incident);
  }
  return done;
}

type MergeMany = Readonly<{ incidentIds: readonly string[]; intoIncidentId: string }>;

/**
 * Makes several incidents part of one, as `mergeIncident` does: all or none. The one itself may be among them. A repeat changes
 * nothing. Locks the incidents in one order.
 * @throws DomainError not_found; invalid_input when there is nothing to merge; invalid_state when one is over, or part of another.
 */
export async function mergeIncidents(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentIds, intoIncidentId }: MergeMany,
  by: Worker,
): Promise<readonly Merged[]> {
  await lockAll(tx, tenantId, [...incidentIds, intoIncidentId]);
  const others = [...new Set(incidentIds)].filter((id) => id !== intoIncidentId);
  if (others.length === 0) {
    throw new DomainError("invalid_input", { field: "incidentIds" }, "Choose another incident as well.");
  }
  const merged: Merged[] = [];
  for (const incidentId of others) {
    merged.push(await mergeIncident(tx, tenantId, { incidentId, intoIncidentId }, by));
  }
  return merged;
}

/** In one order, whoever else locks some of them. */
const lockAll = (tx: TenantWrite, tenantId: TenantId, ids: readonly string[]) =>
  tx.$queryRaw`SELECT id FROM incident WHERE tenant_id = ${tenantId}::uuid AND id = ANY (${[...ids]}::uuid[]) ORDER BY id FOR UPDATE`;
