import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  againstPast,
  effectiveRule,
  keyOf,
  type LevelWord,
  levelOf,
  loosened,
  nearest,
  nothingSaid,
  overlay,
  severityOf,
  tighten,
  unusualFrom,
} from "@/server/domain/rules/rule.rules";
import {
  type Rule,
  type RuleWord,
  ruleActions,
  ruleModes,
  standardRules,
} from "@/server/domain/rules/rule-kinds.schema";

const rule: Rule = { mode: "enforce", action: "open", windowMinutes: 10, warn: 20n, critical: 60n };
const said = (word: Partial<RuleWord>): RuleWord => ({ ...nothingSaid, ...word });

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const words: fc.Arbitrary<RuleWord> = fc.record({
  mode: maybe(fc.constantFrom(...ruleModes)),
  action: maybe(fc.constantFrom(...ruleActions)),
  windowMinutes: maybe(fc.integer({ min: 1, max: 1440 })),
  warn: maybe(fc.bigInt({ min: 1n, max: 1_000n })),
  critical: maybe(fc.bigInt({ min: 1n, max: 1_000n })),
});
const levels = (most: number) =>
  fc
    .array(words, { maxLength: most })
    .map((list): LevelWord[] => list.map((word, at) => ({ byOperator: at === 0, word })));

const stricterOrEqual = (a: Rule, b: Rule): boolean =>
  ruleModes.indexOf(a.mode) >= ruleModes.indexOf(b.mode) &&
  ruleActions.indexOf(a.action) >= ruleActions.indexOf(b.action) &&
  a.windowMinutes >= b.windowMinutes &&
  a.warn <= b.warn &&
  a.critical <= b.critical;

describe("what holds, by what each level says", () => {
  test("whatever anybody says below, what is enforced above holds at least as strictly", () => {
    fc.assert(
      fc.property(levels(5), fc.integer({ min: 1, max: 5 }), (said, upTo) => {
        const above = effectiveRule(rule, said.slice(0, upTo));
        const whole = effectiveRule(rule, said);
        return above.mode !== "enforce" || stricterOrEqual(whole, above);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a word that is not refused holds as it was said, and the order of thresholds is kept", () => {
    fc.assert(
      fc.property(words, words, (first, second) => {
        const above = effectiveRule(rule, [{ byOperator: true, word: first }]);
        const wished = overlay(above, second);
        if (wished.warn > wished.critical || loosened(above, second)) return true;
        const holds = tighten(above, second);
        return holds.warn <= holds.critical && keyedEqual(holds, wished);
      }),
      { numRuns: 2_000 },
    );
  });

  test("nobody below switches off what is watched above, and what is not enforced binds nobody otherwise", () => {
    const shadow: Rule = { ...rule, mode: "shadow" };
    expect(loosened(shadow, said({ mode: "off" }))).toEqual({ field: "mode", bound: "shadow" });
    expect(tighten(shadow, said({ mode: "off", warn: 500n, critical: 900n }))).toEqual(shadow);
    expect(loosened(shadow, said({ warn: 500n, critical: 900n }))).toBeUndefined();
    expect(tighten(shadow, said({ mode: "enforce", warn: 30n }))).toMatchObject({ mode: "enforce", warn: 30n });
  });

  test("each looser field is named with its bound", () => {
    expect(loosened(rule, said({ mode: "off" }))).toEqual({ field: "mode", bound: "enforce" });
    expect(loosened(rule, said({ action: "notify" }))).toEqual({ field: "action", bound: "open" });
    expect(loosened(rule, said({ windowMinutes: 9 }))).toEqual({ field: "windowMinutes", bound: "10" });
    expect(loosened(rule, said({ warn: 21n }))).toEqual({ field: "warn", bound: "20" });
    expect(loosened(rule, said({ critical: 61n }))).toEqual({ field: "critical", bound: "60" });
    expect(loosened(rule, said({ windowMinutes: 10, warn: 20n, critical: 60n, action: "contain" }))).toBeUndefined();
  });

  test("of one level the nearest word wins, field by field", () => {
    expect(nearest([said({ warn: 5n, action: "open" }), said({ warn: 9n })])).toEqual(
      said({ warn: 9n, action: "open" }),
    );
    expect(nearest([])).toEqual(nothingSaid);
  });
});

const keyedEqual = (a: Rule, b: Rule): boolean =>
  a.action === b.action && a.windowMinutes === b.windowMinutes && a.warn === b.warn && a.critical === b.critical;

describe("how far over", () => {
  test("a threshold is reached at its own value, not one below", () => {
    expect([19n, 20n, 59n, 60n].map((value) => levelOf(rule, value))).toEqual([undefined, "warn", "warn", "critical"]);
    expect(levelOf({ ...rule, mode: "off" }, 1_000n)).toBeUndefined();
  });

  test("it wakes somebody from four times warn, and is critical only where it contains", () => {
    const low: Rule = { ...rule, critical: 200n };
    expect([20n, 79n, 80n, 199n, 200n].map((value) => severityOf(low, value))).toEqual([
      "low",
      "low",
      "medium",
      "medium",
      "high",
    ]);
    expect(severityOf({ ...rule, action: "contain" }, 60n)).toBe("critical");
    expect(severityOf(rule, 20n, true), "of what is as bad as it gets").toBe("critical");
  });
});

test("the standard rules are complete: each once, on, and in order", () => {
  expect(new Set(standardRules.map(keyOf)).size).toBe(standardRules.length);
  for (const { rule: standard } of standardRules) {
    expect(standard.mode).toBe("enforce");
    expect(standard.critical).toBeGreaterThan(standard.warn);
    expect(standard.windowMinutes).toBeLessThanOrEqual(1_440);
  }
});

test("what is unusual is twice the dearest day and never below critical, three times that while few days tell", () => {
  expect(unusualFrom(30n, { days: 20, dearest: 4n })).toBe(30n);
  expect(unusualFrom(30n, { days: 3, dearest: 80n })).toBe(160n);
  expect(unusualFrom(30n, { days: 2, dearest: 4n })).toBe(90n);
  expect(unusualFrom(30n, { days: 2, dearest: 80n })).toBe(160n);
  expect(unusualFrom(30n, { days: 0, dearest: 0n })).toBe(90n);
});

test("whoever says never with a very large amount is taken at it, and the amount can be stored", () => {
  const never = 2n ** 63n - 1n;
  expect(unusualFrom(never, { days: 0, dearest: 0n })).toBe(never);
  expect(againstPast({ ...rule, critical: never }, { days: 0, dearest: 0n })).toMatchObject({
    warn: 20n,
    critical: never,
  });
});

test("a rule against the past has both thresholds raised alike, and never lowered", () => {
  const of = (days: number, dearest: bigint) => {
    const { warn, critical } = againstPast(rule, { days, dearest });
    return [warn, critical];
  };
  expect(of(20, 4n)).toEqual([20n, 60n]);
  expect(of(20, 90n)).toEqual([60n, 180n]);
  expect(of(1, 4n)).toEqual([60n, 180n]);
});
