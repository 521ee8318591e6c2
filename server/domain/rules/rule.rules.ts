import type { Rule, RuleAction, RuleKey, RuleMode, RuleWord } from "@/server/domain/rules/rule-kinds.schema";

/** From the mildest to the strictest. */
const ruleModes: readonly RuleMode[] = ["off", "shadow", "enforce"];
const ruleActions: readonly RuleAction[] = ["notify", "open", "contain_unusual", "contain", "ban"];

/** What one level says, for one tenant: the nearest word on each field. */
export type LevelWord = Readonly<{ byOperator: boolean; word: RuleWord }>;

export const nothingSaid: RuleWord = { mode: null, action: null, windowMinutes: null, warn: null, critical: null };

const rank = <T>(order: readonly T[], value: T): number => order.indexOf(value);
const stricter = <T>(order: readonly T[], a: T, b: T): T => (rank(order, a) >= rank(order, b) ? a : b);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A word laid over a rule: what it says replaces, what it is silent about stays. */
export const overlay = (rule: Rule, word: RuleWord): Rule => ({
  mode: word.mode ?? rule.mode,
  action: word.action ?? rule.action,
  windowMinutes: word.windowMinutes ?? rule.windowMinutes,
  warn: word.warn ?? rule.warn,
  critical: word.critical ?? rule.critical,
});

/** Words of one level about ever nearer tenants: the nearest wins, field by field. */
export const nearest = (words: readonly RuleWord[]): RuleWord =>
  words.reduce(
    (so, word) => ({
      mode: word.mode ?? so.mode,
      action: word.action ?? so.action,
      windowMinutes: word.windowMinutes ?? so.windowMinutes,
      warn: word.warn ?? so.warn,
      critical: word.critical ?? so.critical,
    }),
    nothingSaid,
  );

/** A threshold to warn at that lies above critical would never be reached first. */
const inOrder = (rule: Rule): Rule => ({ ...rule, warn: least(rule.warn, rule.critical) });

/**
 * What holds when a level below says something. Against what is enforced above it can only be stricter: a longer window
 * sees more, a lower threshold is reached sooner. What is not enforced above is free, but cannot be switched off there.
 */
export function tighten(above: Rule, word: RuleWord): Rule {
  const wished = overlay(above, word);
  if (above.mode !== "enforce") {
    return rank(ruleModes, wished.mode) < rank(ruleModes, above.mode) ? above : inOrder(wished);
  }
  return inOrder({
    mode: "enforce",
    action: stricter<RuleAction>(ruleActions, above.action, wished.action),
    windowMinutes: Math.max(above.windowMinutes, wished.windowMinutes),
    warn: least(above.warn, wished.warn),
    critical: least(above.critical, wished.critical),
  });
}

/** What holds for a tenant: the standard, what the operator says instead, and what each level below it tightens. */
export const effectiveRule = (standard: Rule, levels: readonly LevelWord[]): Rule =>
  levels.reduce(
    (rule, { byOperator, word }) => (byOperator ? inOrder(overlay(rule, word)) : tighten(rule, word)),
    standard,
  );

/**
 * The first field in which a word would loosen what is enforced above, with the bound; undefined when there is none. What
 * nobody enforces binds nobody.
 */
export function loosened(above: Rule, word: RuleWord): { field: keyof Rule; bound: string } | undefined {
  if (above.mode !== "enforce") {
    return word.mode !== null && rank<RuleMode>(ruleModes, word.mode) < rank<RuleMode>(ruleModes, above.mode)
      ? { field: "mode", bound: above.mode }
      : undefined;
  }
  const looser: Readonly<Record<keyof Rule, boolean>> = {
    mode: word.mode !== null && word.mode !== "enforce",
    action: word.action !== null && rank(ruleActions, word.action) < rank(ruleActions, above.action),
    windowMinutes: word.windowMinutes !== null && word.windowMinutes < above.windowMinutes,
    warn: word.warn !== null && word.warn > above.warn,
    critical: word.critical !== null && word.critical > above.critical,
  };
  const field = (Object.keys(looser) as readonly (keyof Rule)[]).find((name) => looser[name]);
  return field && { field, bound: String(above[field]) };
}

export type Level = "warn" | "critical";

/** How far over its thresholds a measure is; undefined below both, or with the rule off. */
export const levelOf = ({ mode, warn, critical }: Rule, value: bigint): Level | undefined =>
  mode === "off" || value < warn ? undefined : value >= critical ? "critical" : "warn";

/** How bad an incident is by the evidence: it wakes somebody from four times the threshold to warn. */
export function severityOf(rule: Rule, value: bigint, gravest = false): "low" | "medium" | "high" | "critical" {
  if (gravest) return "critical";
  if (value >= rule.critical) return rule.action === "contain" ? "critical" : "high";
  return value >= rule.warn * 4n ? "medium" : "low";
}

/** A key of one string, for maps. */
export const keyOf = ({ signal, scope }: RuleKey): string => `${signal} ${scope}`;

/** What a subject spent before: on how many of the last 28 days it spent anything, and the most on one of them. */
export type Past = Readonly<{ days: number; dearest: bigint }>;

/** What is stored as a number is no more than this: whoever says "never" with a very large one means it. */
const MOST = 2n ** 63n - 1n;

/** Fewer days tell nothing of what is usual: a new phone, or the first days of a whole telephone system behind one. */
const DAYS_THAT_TELL = 3;

/**
 * From how much within the window on it is unusual: twice what its dearest day cost, and critical at least; three times that while
 * too few days tell. Whoever works on the phone all day spends in its dearest hour much less than in its dearest day.
 */
export function unusualFrom(critical: bigint, { days, dearest }: Past): bigint {
  const least = days < DAYS_THAT_TELL ? critical * 3n : critical;
  const unusual = dearest * 2n > least ? dearest * 2n : least;
  return unusual > MOST ? MOST : unusual;
}

/** A rule whose thresholds are against the past: critical is where it is unusual, and warn as far below it as before. */
export function againstPast(rule: Rule, past: Past): Rule {
  const critical = unusualFrom(rule.critical, past);
  return { ...rule, critical, warn: (rule.warn * critical) / rule.critical };
}
