import { type LevelWord, nearest } from "@/server/domain/rules/rule.rules";
import { amountsIn, type Currencies, standardIn } from "@/server/domain/rules/rule-currency.rules";
import {
  type Rule,
  type RuleKey,
  type RuleWord,
  type StandardRule,
  standardOf,
  standardRules,
} from "@/server/domain/rules/rule-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** One word as the database has it: who says what about which tenant. */
export type StoredWord = {
  readonly tenant_id: string;
  readonly set_by: string;
  /** How many levels above the tenant whoever says it stands. */
  readonly depth: number;
  readonly about_id: string;
  readonly by_operator: boolean;
  readonly signal: string;
  readonly scope: string;
  readonly mode: Rule["mode"] | null;
  readonly action: Rule["action"] | null;
  readonly window_minutes: number | null;
  readonly warn: bigint | string | null;
  readonly critical: bigint | string | null;
  /** Of which currency those are, where they are money. */
  readonly said_in: string;
  /** Until when; null until somebody says otherwise. */
  readonly ends_at: Date | null;
};

/** The raw pool gives big numbers as text. */
const big = (value: bigint | string | null): bigint | null => (value === null ? null : BigInt(value));

/** What a row says, whichever way it was read. */
export const wordOf = (row: StoredWord): RuleWord => ({
  mode: row.mode,
  action: row.action,
  windowMinutes: row.window_minutes,
  warn: big(row.warn),
  critical: big(row.critical),
});

/** What each level says about one rule, the operator first; rows as rule_words gives them for one tenant. */
export function levelsOf(rows: readonly StoredWord[], { signal, scope }: RuleKey): SaidAt[] {
  const levels = new Map<number, { byOperator: boolean; words: RuleWord[] }>();
  for (const row of rows) {
    if (row.signal !== signal || row.scope !== scope) continue;
    const level = levels.get(row.depth) ?? { byOperator: row.by_operator, words: [] };
    level.words.push(wordOf(row));
    levels.set(row.depth, level);
  }
  return [...levels].map(([depth, { byOperator, words }]) => ({ depth, byOperator, word: nearest(words) }));
}

/** What one level says, and how many levels above the tenant it stands. */
export type SaidAt = LevelWord & { readonly depth: number };

/** What was said, with amounts in the currency of the tenant that it holds for. */
export const saidIn = (rows: readonly StoredWord[], currencies: Currencies): StoredWord[] =>
  rows.map((row) => {
    if (!standardOf(row.signal, row.scope)?.money) return row;
    const { warn, critical } = row;
    return { ...row, ...amountsIn({ warn: big(warn), critical: big(critical) }, row.said_in, currencies) };
  });

/** The standard rules as they are in a currency, in the order in which people read them. */
export const standardsIn = (currencies: Currencies): readonly StandardRule[] =>
  standardRules.map((one) => standardIn(one, currencies));

export type Said = Readonly<{ rows: readonly StoredWord[]; currencies: Currencies }>;

/** What was said about a tenant by whom, and in what it counts. Wants a transaction of it or of one above. @throws DomainError not_below. */
export async function saidOf(tx: TenantRead, tenantId: TenantId): Promise<Said> {
  const [currencies] = await tx.$queryRaw<Currencies[]>`
    SELECT currency, house FROM rule_currencies_of(${tenantId}::uuid)`;
  if (!currencies) throw new DomainError("not_below", { tenantId });
  const rows = await tx.$queryRaw<StoredWord[]>`
    SELECT tenant_id, set_by, depth, about_id, by_operator, signal, scope, mode, action, window_minutes, warn, critical, said_in, ends_at
    FROM rule_words_of(${tenantId}::uuid)`;
  return { rows: saidIn(rows, currencies), currencies };
}
