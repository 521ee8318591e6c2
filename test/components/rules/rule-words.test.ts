import { expect, test } from "vitest";

import { ruleLine, spanText, warnText } from "@/components/rules/rule-words";

const rule = { mode: "enforce", action: "open", windowMinutes: 60 } as const;
const money = { money: true, currency: "EUR" } as const;
const difference = { ...money, signal: "difference", scope: "tenant" } as const;
const spent = { ...money, signal: "spend", scope: "tenant" } as const;

test("a rule says over how long it counts; a difference is judged by how long it stays open, and by its money", () => {
  const spend = { ...rule, warn: "50.000000", critical: "200.000000" };
  expect(ruleLine(spent, spend)).toBe("warns at 50.00 EUR, critical at 200.00 EUR, within 1 h");
  expect(spanText(spent, spend)).toBe("1 h");

  const any = { ...rule, warn: "0.000001", critical: "10.000000" };
  expect(ruleLine(difference, any)).toBe("warns of any that is open for 2 min, critical at 10.00 EUR at risk");
  expect(ruleLine(difference, { ...any, warn: "2.500000" })).toBe(
    "of what is open for 2 min: warns at 2.50 EUR at risk, critical at 10.00 EUR",
  );
  expect(spanText(difference, any)).toBe("open 2 min");
  expect(warnText(difference, any.warn)).toBe("any");
  expect(warnText(spent, any.warn), "an amount that somebody chose").toBe("0.000001 EUR");
});
