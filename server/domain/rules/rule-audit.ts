import type { RuleKey } from "@/server/domain/rules/rule-kinds.schema";
import type { RuleChanged } from "@/server/domain/rules/rules";

type Public = Readonly<Record<string, string | number | boolean | null>>;

/** What the trail keeps of a change to a rule: about whom, what was said before, and what is said now. */
export function auditOfRule(
  { signal, scope }: RuleKey,
  aboutId: string,
  { before, after, loosened }: RuleChanged,
): { subject: string; before: Public; after: Public } {
  return {
    subject: `tenant:${aboutId}`,
    before: { ...before },
    after: { signal, scope, ...after, ...(loosened ? { loosened } : {}) },
  };
}
