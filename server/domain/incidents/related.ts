import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import { titleText } from "@/server/domain/incidents/incident-title";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type RelatedIncident = {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly lastAt: Date;
  /** What both touch, the most often seen first: three of them, and how many there are. */
  readonly shared: readonly string[];
  readonly sharedCount: number;
};

const SHOWN = 20;

/**
 * Other incidents that touch the same addresses, phones or called numbers, whenever that was: the last seen first. What is part of
 * the same whole is not another one, and a merged one is told by the one that it is part of.
 * @throws DomainError not_found.
 */
export async function relatedIncidents(tx: TenantRead, tenantId: TenantId, id: string): Promise<RelatedIncident[]> {
  const [whole] = await tx.$queryRaw<{ id: string }[]>`
    SELECT coalesce(merged_into, id) AS id FROM incident WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  if (!whole) throw new DomainError("not_found", { incidentId: id });
  const rows = await tx.$queryRaw<(Omit<RelatedIncident, "number"> & { number: bigint })[]>`
    WITH mine AS (
      SELECT DISTINCT s.kind, s.value FROM incident p JOIN incident_subject s ON s.tenant_id = p.tenant_id AND s.incident_id = p.id
      WHERE p.tenant_id = ${tenantId}::uuid AND (p.id = ${whole.id}::uuid OR p.merged_into = ${whole.id}::uuid)
        AND s.kind IN ('address', 'extension', 'number')),
    theirs AS (
      SELECT coalesce(o.merged_into, o.id) AS id, s.value, sum(s.signals) AS signals
      FROM mine m JOIN incident_subject s ON s.tenant_id = ${tenantId}::uuid AND s.kind = m.kind AND s.value = m.value
      JOIN incident o ON o.tenant_id = s.tenant_id AND o.id = s.incident_id
      WHERE coalesce(o.merged_into, o.id) <> ${whole.id}::uuid GROUP BY 1, 2)
    SELECT i.id, i.number, i.title, i.state, i.severity, i.last_at AS "lastAt",
      (array_agg(t.value ORDER BY t.signals DESC, t.value))[1:3] AS shared, count(*)::int AS "sharedCount"
    FROM theirs t JOIN incident i ON i.tenant_id = ${tenantId}::uuid AND i.id = t.id
    GROUP BY i.tenant_id, i.id ORDER BY i.last_at DESC, i.id LIMIT ${SHOWN}`;
  return rows.map((row) => ({ ...row, title: titleText(row.title), number: String(row.number) }));
}
