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

type Row = RuleKey & { id: string; state: string };

/** So many confirmed incidents, the newest, tell what they cost: each is added up from its calls. */
const MOST_COSTED = 100;

/** Of each rule, for a tenant and those below it, by its key. The transaction acts for the operator, whose incidents are. */
export async function recordsOf(
  tx: TenantRead,
  operatorId: TenantId,
  aboutId: TenantId,
): Promise<ReadonlyMap<string, RuleRecord>> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT f.signal, f.scope, m.id, m.state FROM (
      SELECT signal, scope, incident_id FROM rule_finding
        WHERE last_at > now() - interval '30 days' AND tenant_id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = ${aboutId}::uuid)
      -- What comes in by the wire opens its incident itself and leaves no finding.
      UNION SELECT 'sip_failure', 'network', id FROM incident
        WHERE tenant_id = ${operatorId}::uuid AND kind = 'sip_attack' AND last_at > now() - interval '30 days' AND ${operatorId}::uuid = ${aboutId}::uuid) f
    JOIN incident i ON i.tenant_id = ${operatorId}::uuid AND i.id = f.incident_id
    JOIN incident m ON m.tenant_id = i.tenant_id AND m.id = coalesce(i.merged_into, i.id)
    WHERE m.dismissed_as IS DISTINCT FROM 'duplicate'
    GROUP BY f.signal, f.scope, m.id, m.state, m.last_at ORDER BY m.last_at DESC`;
  const costed = new Set(rows.filter(isConfirmed).map(({ id }) => id));
  const losses = await lossOf(tx, [...costed].slice(0, MOST_COSTED));
  return new Map(
    [...grouped(rows, keyOf)].map(([key, incidents]) => {
      const confirmed = incidents.filter(isConfirmed);
      const dismissed = incidents.filter(({ state }) => state === "dismissed").length;
      const undecided = incidents.length - confirmed.length - dismissed;
      const costs = grouped(
        confirmed.flatMap(({ id }) => losses.get(id) ?? []),
        ({ currency }) => currency,
      );
      const exposure = [...costs].map(([currency, of]) => ({
        currency,
        medianMicros: medianOf(of.map(({ chargedMicros, heldMicros }) => chargedMicros + heldMicros)),
      }));
      return [key, { confirmed: confirmed.length, dismissed, undecided, exposure }];
    }),
  );
}

function grouped<T>(rows: readonly T[], keyed: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyed(row));
    if (group) group.push(row);
    else groups.set(keyed(row), [row]);
  }
  return groups;
}

const isConfirmed = ({ state }: Row): boolean => state === "resolved" || state === "reviewed";

/** Of two in the middle the lower one. */
const medianOf = (amounts: readonly bigint[]): Micros =>
  [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor((amounts.length - 1) / 2)] as Micros;
