import { signalTitles } from "@/server/domain/incidents/incident-title";
import { levelOf, severityOf } from "@/server/domain/rules/rule.rules";
import { incidentKindOf, type Rule, type RuleKey, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";

/** What was measured about one subject. */
export type Measure = RuleKey & {
  readonly tenantId: string;
  readonly extensionId: string | null;
  /** How the incident names the subject: a SIP user name, a tenant's short name, or a network. */
  readonly source: string;
  /** Who it is, for people. */
  readonly about: string;
  readonly value: bigint;
  /** How many calls are in it. */
  readonly calls: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Of what is counted as it happens: under which name. */
  readonly counter?: string;
  /** Of differences, for people: how many are open, and what is at risk of the currency with the most of it. */
  readonly open?: AtRisk | undefined;
};
export type AtRisk = Readonly<{ open: string; risk: string; currency: string }>;

export type Subject = Readonly<{ kind: string; value: string; of?: string; extension?: string; n: number }>;
export type HitResult = Readonly<{ incidentId: string; opened: boolean; raised: boolean; contain: boolean }>;

/**
 * Writes down that a measure is over a threshold of its rule, and does what the rule says. Doing it again with the same
 * measure changes nothing.
 * @returns undefined when it is below, or when nothing came of it but a note.
 */
export async function hit(
  pool: SqlPool,
  rule: Rule,
  measure: Measure,
  subjects: readonly Subject[],
): Promise<HitResult | undefined> {
  const level = levelOf(rule, measure.value);
  if (!level) return undefined;
  const asked = {
    tenant: measure.tenantId,
    extension: measure.extensionId,
    signal: measure.signal,
    kind: incidentKindOf(measure.signal),
    scope: measure.scope,
    source: measure.source,
    title: measure.about ? `${signalTitles[measure.signal]}: ${measure.about}` : signalTitles[measure.signal],
    mode: rule.mode,
    action: rule.action,
    level,
    severity: severityOf(rule, measure.value, standardOf(measure.signal, measure.scope)?.gravest),
    value: String(measure.value),
    window: rule.windowMinutes,
    warn: String(rule.warn),
    critical: String(rule.critical),
    calls: measure.calls,
    counted: measure.counter !== undefined,
    counter: measure.counter ?? "",
    firstAt: measure.firstAt,
    lastAt: measure.lastAt,
    ...measure.open,
    subjects,
  };
  const [row] = await pool.query<{ incident_id: string; opened: boolean; raised: boolean; contain: boolean }>(
    "rule_hit",
    "SELECT incident_id, opened, raised, contain FROM rule_hit($1)",
    [JSON.stringify(asked)],
  );
  return row && { incidentId: row.incident_id, opened: row.opened, raised: row.raised, contain: row.contain };
}
