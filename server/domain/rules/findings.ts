import { type RuleKey, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

export type FindingRow = {
  readonly id: string;
  readonly tenantName: string;
  readonly tenantSlug: string;
  /** A SIP user name, a tenant's short name, or a network. */
  readonly source: string;
  readonly mode: "shadow" | "enforce";
  readonly level: "warn" | "critical";
  /** The most that was measured; a count, or a decimal amount. */
  readonly value: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly incidentNumber: string | null;
};

/** When a rule was over a threshold, for a tenant and those below it, newest first. Wants a subtree transaction. */
export async function listFindings(
  tx: TenantRead,
  tenantId: TenantId,
  { signal, scope, limit = 50 }: RuleKey & { limit?: number | undefined },
): Promise<FindingRow[]> {
  const money = standardOf(signal, scope)?.money ?? false;
  const rows = await tx.$queryRaw<
    (Omit<FindingRow, "value" | "incidentNumber"> & { value: bigint; number: bigint | null })[]
  >`
    SELECT f.id, t.name AS "tenantName", t.slug AS "tenantSlug", f.source, f.mode, f.level, f.value, f.first_at AS "firstAt", f.last_at AS "lastAt", i.number
    FROM rule_finding f JOIN tenant t ON t.id = f.tenant_id
    LEFT JOIN incident i ON i.tenant_id = ${tenantId}::uuid AND i.id = f.incident_id
    WHERE f.signal = ${signal} AND f.scope = ${scope} AND f.tenant_id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = ${tenantId}::uuid)
    ORDER BY f.last_at DESC, f.id LIMIT ${limit}`;
  return rows.map(({ value, number, ...row }) => ({
    ...row,
    value: money ? decimalOf(value) : String(value),
    incidentNumber: number === null ? null : String(number),
  }));
}
