import type { RulePatch } from "@/server/domain/rules/rule.schema";
import {
  type Rule,
  type RuleKey,
  type RuleWord,
  type StandardRule,
  standardOf,
  standardRules,
} from "@/server/domain/rules/rule-kinds.schema";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf, parseMicros } from "@/server/kernel/money";

/** A rule as people read it: thresholds are whole numbers, or decimals of the tenant's currency. */
export type ShownRule = Readonly<Omit<Rule, "warn" | "critical"> & { warn: string; critical: string }>;
export type ShownWord = { readonly [K in keyof ShownRule]: ShownRule[K] | null };

const amount = (money: boolean, value: bigint): string => (money ? decimalOf(value) : String(value));
/** The same rule with its thresholds as text. */
export const shownRule = ({ money }: StandardRule, rule: Rule): ShownRule => ({
  ...rule,
  warn: amount(money, rule.warn),
  critical: amount(money, rule.critical),
});
/** The same of what somebody said. */
export const shownWord = ({ money }: StandardRule, word: RuleWord): ShownWord => ({
  ...word,
  warn: word.warn === null ? null : amount(money, word.warn),
  critical: word.critical === null ? null : amount(money, word.critical),
});

/** A threshold as typed, in the unit of its rule. @throws DomainError invalid_input. */
function thresholdOf(standard: StandardRule, field: "warn" | "critical", text: string): bigint {
  const value = standard.money ? parseMicros(text) : /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value > 0n) return value;
  const sentence = standard.money
    ? `A threshold of ${standard.signal} is an amount above zero, such as 12.50.`
    : `A threshold of ${standard.signal} is a whole number above zero, such as 20.`;
  throw new DomainError("invalid_input", { field }, sentence);
}

/** What a patch makes of a word. @throws DomainError invalid_input. */
export function patched(standard: StandardRule, before: RuleWord, patch: RulePatch): RuleWord {
  if (standard.openMinutes !== null && typeof patch.windowMinutes === "number") {
    const sentence = `What ${standard.signal} counts is open for ${standard.openMinutes} minutes or longer, however old: it has no window.`;
    throw new DomainError("invalid_input", { field: "windowMinutes" }, sentence);
  }
  const threshold = (field: "warn" | "critical") => {
    const text = patch[field];
    return text === undefined ? before[field] : text === null ? null : thresholdOf(standard, field, text);
  };
  const kept = <T>(given: T | undefined, was: T): T => (given === undefined ? was : given);
  return {
    mode: kept(patch.mode, before.mode),
    action: kept(patch.action, before.action),
    windowMinutes: kept(patch.windowMinutes, before.windowMinutes),
    warn: threshold("warn"),
    critical: threshold("critical"),
  };
}

/** @throws DomainError invalid_input for a rule that does not exist, or that is not this tenant's to have. */
export function knownRule({ signal, scope }: RuleKey, aboutKind: string): StandardRule {
  const standard = standardOf(signal, scope);
  if (!standard) {
    const scopes = standardRules.filter((one) => one.signal === signal).map((one) => one.scope);
    const sentence = `There is no rule about ${signal} per ${scope}; it is counted per ${scopes.join(" or ")}.`;
    throw new DomainError("invalid_input", { field: "scope" }, sentence);
  }
  if (standard.desk && aboutKind !== "operator") {
    const sentence = `What ${signal} counts is seen at the operator: that rule is the operator's own.`;
    throw new DomainError("invalid_input", { field: "signal" }, sentence);
  }
  return standard;
}

/** How a sentence names a field. */
export const fieldWords: Readonly<Record<keyof Rule, string>> = {
  mode: "the mode",
  action: "the action",
  windowMinutes: "a window in minutes of",
  warn: "a threshold to warn of",
  critical: "a critical threshold of",
};
