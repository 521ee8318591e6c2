import { describe, expect, it } from "vitest";

import { receiptFormula, receiptLines, receiptText, splitAtPrefix } from "@/components/calls/receipt-text";

const receipt = {
  prefix: "4420",
  planName: "Retail",
  perMinuteMicros: 12_500n,
  connectionFeeMicros: 0n,
  firstSeconds: 30,
  nextSeconds: 6,
  graceSeconds: 0,
  talkMs: 46_400,
  seconds: 47,
  billedSeconds: 48,
  costMicros: 10_000n,
  taxMicros: 0n,
  plain: true,
  steps: [],
};

describe("the price receipt", () => {
  it("underlines the digits that matched, with the spaces between them", () => {
    expect(splitAtPrefix("+44 20 7946 0018", "4420")).toEqual(["+", "44 20", " 7946 0018"]);
    expect(splitAtPrefix("+1 202-555-0143", "1202")).toEqual(["+", "1 202", "-555-0143"]);
    expect(splitAtPrefix("103", "")).toEqual(["103", "", ""]);
  });

  it("shows the formula with the call's own figures", () => {
    expect(receiptFormula(receipt, "EUR")).toBe("48 s × 0.0125 ÷ 60");
    expect(receiptFormula({ ...receipt, connectionFeeMicros: 50_000n }, "EUR")).toBe("48 s × 0.0125 ÷ 60 + 0.05");
    expect(receiptFormula({ ...receipt, billedSeconds: 0 }, "EUR")).toBe("Nothing is billed.");
  });

  it("tells talk time, begun seconds and billed seconds apart", () => {
    expect(receiptLines(receipt, "EUR").map(({ value }) => value)).toEqual([
      "Retail",
      "€0.0125",
      "46.4 s, 47 begun",
      "48 s",
    ]);
  });

  it("tells every step when more than price and increments decided, and adds the tax", () => {
    const steps = [
      { label: "Longest matching prefix", value: "+4420" },
      { label: "Minimum charge", value: "0.010000" },
    ];
    const deep = { ...receipt, plain: false, taxMicros: 1_900n, steps };
    expect(receiptLines(deep, "EUR")).toEqual([{ label: "Plan", value: "Retail" }, steps[1]]);
    expect(receiptFormula(deep, "EUR")).toBe("Cost with tax");
    const text = receiptText(deep, "EUR", { id: "c1", to: "+44 20 7946 0018", startedAt: new Date(0) });
    expect(text.endsWith("Total 0.011900 EUR")).toBe(true);
  });

  it("can be copied as text, exact to the micro", () => {
    const text = receiptText(receipt, "EUR", { id: "c1", to: "+44 20 7946 0018", startedAt: new Date(0) });
    expect(text).toContain("Matched prefix 4420");
    expect(text.endsWith("Total 0.010000 EUR")).toBe(true);
  });
});
