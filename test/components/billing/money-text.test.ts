import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  columnDecimals,
  exactDecimals,
  exactMoneyText,
  honestDecimals,
  moneyText,
  rateDecimals,
  ratesDecimals,
} from "@/components/billing/money-text";
import { decimalOf } from "@/server/kernel/money";

describe("money on screen", () => {
  it("shows the currency's own decimals", () => {
    expect(moneyText(12_500_000n, "EUR")).toBe("€12.50");
    expect(moneyText(5_000_000n, "JPY")).toBe("¥5");
    expect(moneyText(1_234_000n, "KWD")).toBe("KWD\u00a01.234");
  });

  it("never shows a cost as zero", () => {
    expect(moneyText(3_400n, "EUR")).toBe("€0.0034");
    expect(moneyText(34n, "EUR")).toBe("€0.000034");
    expect(moneyText(0n, "EUR")).toBe("€0.00");
  });

  it("uses a true minus sign, and a plus where asked", () => {
    expect(moneyText(-10_000_000n, "EUR")).toBe("−€10.00");
    expect(moneyText(10_000_000n, "EUR", { bare: true, signed: true })).toBe("+10.00");
    expect(moneyText(0n, "EUR", { bare: true, signed: true })).toBe("0.00");
  });

  it("rounds half away from zero to the decimals of a column", () => {
    expect(moneyText(12_450n, "EUR", { bare: true, decimals: 4 })).toBe("0.0125");
    expect(moneyText(-12_450n, "EUR", { bare: true, decimals: 4 })).toBe("−0.0125");
  });

  it("stays exact beyond what a floating-point number holds", () => {
    expect(exactMoneyText(9_007_199_254_740_993_000_001n, "EUR")).toBe("9,007,199,254,740,993.000001 EUR");
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), (amount) => {
        const plain = moneyText(amount, "EUR", { bare: true, decimals: 6 }).replaceAll(",", "").replace("−", "-");
        expect(plain).toBe(decimalOf(amount));
      }),
    );
  });

  it("gives a column one number of decimals", () => {
    expect(columnDecimals([10_000_000n, -2_500_000n], "EUR")).toBe(2);
    expect(columnDecimals([10_000_000n, -12_500n], "EUR")).toBe(4);
    expect(columnDecimals([], "JPY")).toBe(0);
    expect(honestDecimals(10_000n, "EUR")).toBe(2);
  });

  it("gives a line that must add up as many as it takes", () => {
    const decimals = (amounts: readonly bigint[], currency = "EUR") => exactDecimals(amounts, currency);
    expect([[], [-2_500_000n], [-12_500n], [12_340n, 10n], [1n]].map((amounts) => decimals(amounts))).toEqual([
      2, 2, 4, 5, 6,
    ]);
    expect([decimals([], "JPY"), decimals([1_000_000n], "JPY"), decimals([1_500_000n], "JPY")]).toEqual([0, 0, 4]);
  });

  it("keeps the trailing zeros of prices", () => {
    expect(moneyText(12_500n, "EUR", { decimals: rateDecimals(12_500n) })).toBe("€0.0125");
    expect(moneyText(10_000n, "EUR", { decimals: rateDecimals(10_000n) })).toBe("€0.0100");
    expect(ratesDecimals([12_500n, 16_560n])).toBe(5);
    expect(ratesDecimals([12_500n, 16_561n])).toBe(6);
    expect(ratesDecimals([])).toBe(4);
  });
});
