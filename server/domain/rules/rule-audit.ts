import { type RuleKey, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import type { EndingWord, RuleChanged } from "@/server/domain/rules/rules";

type Public = Readonly<Record<string, string | number | boolean | null>>;

/** What the trail keeps of a change to a rule: about whom, what was said before, and what is said now. */
export function auditOfRule(
  { signal, scope }: RuleKey,
  aboutId: string,
  { before, after, loosened }: RuleChanged,
): { subject: string; before: Public; after: Public; shown: Readonly<Record<string, string>> } {
  const openMinutes = standardOf(signal, scope)?.openMinutes ?? null;
  /** A window that counts for nothing would read as if it did. */
  const kept = ({ windowMinutes, until, ...said }: EndingWord): Public => ({
    ...said,
    ...(openMinutes === null ? { windowMinutes } : {}),
    until: until?.toISOString() ?? null,
  });
  return {
    subject: `tenant:${aboutId}`,
    before: kept(before),
    after: {
      signal,
      scope,
      ...kept(after),
      ...(openMinutes === null ? {} : { openMinutes }),
      ...(loosened ? { loosened } : {}),
    },
    shown: before.until ? { until: `${before.until.toISOString().slice(0, 16).replace("T", " ")} UTC` } : {},
  };
}
