import { type RuleKey, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import type { ShownWord } from "@/server/domain/rules/rule-text";
import type { RuleChanged } from "@/server/domain/rules/rules";

type Public = Readonly<Record<string, string | number | boolean | null>>;

/** What the trail keeps of a change to a rule: about whom, what was said before, and what is said now. */
export function auditOfRule(
  { signal, scope }: RuleKey,
  aboutId: string,
  { before, after, until, loosened }: RuleChanged,
): { subject: string; before: Public; after: Public } {
  const openMinutes = standardOf(signal, scope)?.openMinutes ?? null;
  /** A window that counts for nothing would read as if it did. */
  const kept = ({ windowMinutes, ...said }: ShownWord) => (openMinutes === null ? { ...said, windowMinutes } : said);
  return {
    subject: `tenant:${aboutId}`,
    before: kept(before),
    after: {
      signal,
      scope,
      ...kept(after),
      ...(openMinutes === null ? {} : { openMinutes }),
      ...(until ? { until: until.toISOString() } : {}),
      ...(loosened ? { loosened } : {}),
    },
  };
}
