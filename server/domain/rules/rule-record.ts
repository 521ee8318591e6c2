import { lossOf } from "@/server/domain/incidents/loss";
import { keyOf } from "@/server/domain/rules/rule.rules";
import type { RuleKey } from "@/server/domain/rules/rule-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";

/** What became of the incidents that a rule opened or fed in the last 30 days. A duplicate says nothing of it. */
export type RuleRecord = {
  /** Resolved, or reviewed. */
  readonly confirmed: number;
  readonly dismissed: number;
  readonly undecided: number;
  /** What the confirmed ones cost, half of them more and half of them less, per currency. */
  readonly exposure: readonly { readonly currency: string; readonly medianMicros: Micros }[];
};

export const nothingDecided: RuleRecord = { confirmed: 0, dismissed: 0, undecided: 0, exposure: [] };

type Row = RuleKey & { confirmed: number; dismissed: number; undecided: number; costed: string[] };

/** So many confirmed incidents, the newest of all rules, tell what they cost: each is added up from its calls. */
const MOST_COSTED = 100;

/** Of each rule, for a tenant and those below it, by its key. The transaction acts for the operator, whose incidents are. */
export async function recordsOf(
  tx: TenantRead,
  operatorId: TenantId,
  aboutId: TenantId,
): Promise<ReadonlyMap<string, RuleRecord>> {
  const rows = await tx.$queryRaw<Row[]>`
    WITH decided AS (
      SELECT f.signal, f.scope, m.id, m.last_at, m.state IN ('resolved', 'reviewed') AS confirmed, m.state = 'dismissed' AS dismissed FROM (
        SELECT signal, scope, incident_id FROM rule_finding
          WHERE last_at > now() - interval '30 days' AND tenant_id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = ${aboutId}::uuid)
        -- What comes in by the wire opens its incident itself and leaves no finding.
        UNION SELECT 'sip_failure', 'network', id FROM incident
          WHERE tenant_id = ${operatorId}::uuid AND kind = 'sip_attack' AND last_at > now() - interval '30 days' AND ${operatorId}::uuid = ${aboutId}::uuid) f
      JOIN incident i ON i.tenant_id = ${operatorId}::uuid AND i.id = f.incident_id
      JOIN incident m ON m.tenant_id = i.tenant_id AND m.id = coalesce(i.merged_into, i.id)
      WHERE m.dismissed_as IS DISTINCT FROM 'duplicate'
      GROUP BY f.signal, f.scope, m.id, m.last_at, m.state),
    newest AS (SELECT DISTINCT id, last_at FROM decided WHERE confirmed ORDER BY last_at DESC LIMIT ${MOST_COSTED})
    SELECT d.signal, d.scope, count(*) FILTER (WHERE d.confirmed)::int AS confirmed, count(*) FILTER (WHERE d.dismissed)::int AS dismissed,
      count(*) FILTER (WHERE NOT d.confirmed AND NOT d.dismissed)::int AS undecided,
      coalesce(array_agg(n.id ORDER BY n.last_at DESC, n.id) FILTER (WHERE n.id IS NOT NULL), '{}') AS costed
    FROM decided d LEFT JOIN newest n ON n.id = d.id GROUP BY d.signal, d.scope`;
  const losses = await lossOf(tx, [...new Set(rows.flatMap(({ costed }) => costed))]);
  return new Map(
    rows.map(({ signal, scope, costed, ...counts }) => {
      const costs = costed.flatMap((id) => losses.get(id) ?? []);
      const exposure = [...new Set(costs.map(({ currency }) => currency))].map((currency) => ({
        currency,
        medianMicros: medianOf(
          costs
            .filter((loss) => loss.currency === currency)
            .map(({ chargedMicros, heldMicros }) => chargedMicros + heldMicros),
        ),
      }));
      return [keyOf({ signal, scope }), { ...counts, exposure }];
    }),
  );
}

/** Of two in the middle the lower one. */
const medianOf = (amounts: readonly bigint[]): Micros =>
  [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor((amounts.length - 1) / 2)] as Micros;
