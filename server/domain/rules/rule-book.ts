import { effectiveRule, keyOf } from "@/server/domain/rules/rule.rules";
import type { Currencies } from "@/server/domain/rules/rule-currency.rules";
import type { Rule, RuleKey } from "@/server/domain/rules/rule-kinds.schema";
import { levelsOf, type StoredWord, saidIn, standardsIn } from "@/server/domain/rules/said";
import type { SqlPool } from "@/server/infra/db/pool";

/** The rules that hold for some tenants, by tenant and then by signal and scope. */
export type RuleBook = (tenantId: string, key: RuleKey) => Rule;

type Of = Currencies & Readonly<{ tenant_id: string }>;

const bookIn = (currencies: Currencies): ReadonlyMap<string, Rule> =>
  new Map(standardsIn(currencies).map((one) => [keyOf(one), one.rule]));

/** Reads what holds for these tenants now; most have nothing of their own and share the operator's. */
export async function readRuleBook(pool: SqlPool, tenantIds: readonly string[]): Promise<RuleBook> {
  const counting = await pool.query<Of>(
    "rule_currencies",
    "SELECT tenant_id, currency, house FROM rule_currencies($1::uuid[])",
    [tenantIds],
  );
  const text =
    "SELECT tenant_id, set_by, depth, about_id, by_operator, signal, scope, mode, action, window_minutes, warn, critical, said_in, ends_at FROM rule_words($1::uuid[])";
  const words = await pool.query<StoredWord>("rule_words", text, [tenantIds]);
  const said = new Map<string, StoredWord[]>();
  for (const word of words) {
    const list = said.get(word.tenant_id);
    if (list) list.push(word);
    else said.set(word.tenant_id, [word]);
  }
  const books = new Map(counting.map((one) => [one.currency, bookIn(one)]));
  const of = new Map(
    counting.map((one) => [
      one.tenant_id,
      { book: books.get(one.currency), rows: saidIn(said.get(one.tenant_id) ?? [], one) },
    ]),
  );
  return (tenantId, key) => {
    const { book, rows = [] } = of.get(tenantId) ?? {};
    const standard = book?.get(keyOf(key));
    if (!standard) throw new Error(`there is no rule ${keyOf(key)} for ${tenantId}`);
    return rows.length > 0 ? effectiveRule(standard, levelsOf(rows, key)) : standard;
  };
}
