import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type IncidentAgent = Readonly<{
  /** As the program called itself. */
  value: string;
  /** As how many of the phones it came in. */
  phones: number;
  lastAt: Date;
}>;

const SHOWN = 50;

/**
 * The programs that signed in as phones of an incident from addresses of it, from a day before it began until it was over: the last seen first. Who
 * only tried is not among them, for the PBX does not tell of a refused request by which program it came. Wants a subtree transaction.
 */
export const agentsOf = (tx: TenantRead, tenantId: TenantId, id: string): Promise<IncidentAgent[]> =>
  tx.$queryRaw<IncidentAgent[]>`
    SELECT r.user_agent AS value, count(DISTINCT r.extension_id)::int AS phones, max(r.at) AS "lastAt"
    FROM incident i
    JOIN incident_subject x ON x.tenant_id = i.tenant_id AND x.incident_id = i.id AND x.kind = 'extension'
    JOIN registration_event r ON r.tenant_id = x.of_tenant_id AND r.extension_id = x.extension_id AND r.at > i.first_at - interval '1 day'
      AND r.at <= coalesce(i.closed_at, 'infinity')
    JOIN incident_subject a ON a.tenant_id = i.tenant_id AND a.incident_id = i.id AND a.kind = 'address'
      AND a.value = CASE WHEN r.address LIKE '[%' THEN substring(r.address FROM 2 FOR strpos(r.address, ']') - 2) ELSE split_part(r.address, ':', 1) END
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${id}::uuid AND r.kind IN ('registered', 'moved') AND r.user_agent <> ''
    GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ${SHOWN}`;
