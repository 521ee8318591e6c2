import { expect, test } from "vitest";

import { amountsIn, standardIn } from "@/server/domain/rules/rule-currency.rules";
import { type StandardRule, standardOf, standardRules } from "@/server/domain/rules/rule-kinds.schema";
import { decimalsOf } from "@/server/kernel/money";

const euro = { currency: "EUR", house: "EUR" } as const;
const spend = standardOf("spend", "extension") as StandardRule;
const inMoney = (currency: string, house = "EUR") => {
  const { warn, critical } = standardIn(spend, { currency, house }).rule;
  return [warn, critical].map((micros) => String(micros / 1_000_000n));
};

test("a threshold is about as much in every currency, and a number that somebody would have chosen", () => {
  expect(inMoney("EUR")).toEqual(["10", "30"]);
  expect(inMoney("USD")).toEqual(["10", "30"]);
  expect(inMoney("SEK")).toEqual(["100", "300"]);
  expect(inMoney("JPY")).toEqual(["2000", "6000"]);
  expect(inMoney("IDR")).toEqual(["200000", "600000"]);
  expect(inMoney("KWD")).toEqual(["5", "15"]);
  // No currency has a part of what it does not count.
  for (const currency of ["JPY", "KRW", "VND", "IDR", "CLP"]) {
    for (const one of standardRules.filter(({ money, signal }) => money && signal !== "difference")) {
      const { warn, critical } = standardIn(one, { currency, house: "EUR" }).rule;
      expect([currency, warn % 10n ** BigInt(6 - decimalsOf(currency)), critical % 1_000_000n]).toEqual([
        currency,
        0n,
        0n,
      ]);
    }
  }
});

test("a currency of which nothing is known has the operator's number", () => {
  expect(inMoney("XPF")).toEqual(["10", "30"]);
  expect(inMoney("XPF", "JPY")).toEqual(["2000", "6000"]);
  expect(inMoney("XPF", "XDR")).toEqual(["10", "30"]);
});

test("counts are the same everywhere, and any money at all is that in every currency", () => {
  const calls = standardOf("calls", "tenant") as StandardRule;
  expect(standardIn(calls, { currency: "IDR", house: "EUR" })).toBe(calls);
  const difference = standardOf("difference", "tenant") as StandardRule;
  expect(standardIn(difference, { currency: "JPY", house: "JPY" }).rule).toMatchObject({
    warn: 1n,
    critical: 2_000_000_000n,
  });
});

test("what somebody above said is as much here, and their silence stays silence", () => {
  const said = { warn: 50_000_000n, critical: null };
  expect(amountsIn(said, "EUR", euro)).toEqual(said);
  expect(amountsIn(said, "EUR", { currency: "JPY", house: "EUR" })).toEqual({ warn: 10_000_000_000n, critical: null });
  expect(amountsIn({ warn: 1n, critical: 7n }, "IDR", euro)).toEqual({ warn: 1n, critical: 7n });
});

test("never is never in every currency: no threshold is more than the database holds", () => {
  const never = { warn: 10_000_000n, critical: 999_999_999_000_000n };
  for (const currency of ["IDR", "VND", "LAK", "PYG", "UZS", "JPY"]) {
    const { critical } = amountsIn(never, "EUR", { currency, house: "EUR" });
    expect([currency, (critical ?? 0n) <= 2n ** 63n - 1n, (critical ?? 0n) >= never.critical]).toEqual([
      currency,
      true,
      true,
    ]);
  }
});
