import { effectiveRule, keyOf } from "@/server/domain/rules/rule.rules";
import { type Rule, type RuleKey, standardRules } from "@/server/domain/rules/rule-kinds.schema";
import { levelsOf, type StoredWord } from "@/server/domain/rules/rules";
import type { SqlPool } from "@/server/infra/db/pool";

/** The rules that hold for some tenants, by tenant and then by signal and scope. */
export type RuleBook = (tenantId: string, key: RuleKey) => Rule;

const standardBook = new Map(standardRules.map((one) => [keyOf(one), one.rule]));

/** Reads what holds for these tenants now; most have nothing of their own and share the operator's. */
export async function readRuleBook(pool: SqlPool, tenantIds: readonly string[]): Promise<RuleBook> {
  const text =
    "SELECT tenant_id, set_by, depth, about_id, by_operator, signal, scope, mode, action, window_minutes, warn, critical FROM rule_words($1::uuid[])";
  const words = await pool.query<StoredWord>("rule_words", text, [tenantIds]);
  const byTenant = new Map<string, StoredWord[]>();
  for (const word of words) {
    const list = byTenant.get(word.tenant_id);
    if (list) list.push(word);
    else byTenant.set(word.tenant_id, [word]);
  }
  return (tenantId, key) => {
    const standard = standardBook.get(keyOf(key));
    if (!standard) throw new Error(`there is no rule ${keyOf(key)}`);
    const said = byTenant.get(tenantId);
    return said ? effectiveRule(standard, levelsOf(said, key)) : standard;
  };
}
