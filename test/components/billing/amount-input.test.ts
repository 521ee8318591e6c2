import { describe, expect, it } from "vitest";

import { amountProblem, plainAmount, readAmount } from "@/components/billing/amount-input";

describe("an amount as people type it", () => {
  it("takes a decimal comma and spaces between thousands", () => {
    expect(readAmount("12,50")).toBe(12_500_000n);
    expect(readAmount(" 1 200.5 ")).toBe(1_200_500_000n);
    expect(plainAmount("12,50")).toBe("12.50");
  });

  it("refuses what could mean two things", () => {
    expect(readAmount("1,200.50")).toBeUndefined();
    expect(readAmount("1.200,50")).toBeUndefined();
    expect(readAmount("12,5000001")).toBeUndefined();
  });

  it("says what an amount looks like", () => {
    expect(amountProblem("-5")).toContain("12.50");
    expect(amountProblem("0")).toContain("more than zero");
    expect(amountProblem("5")).toBeUndefined();
  });
});
