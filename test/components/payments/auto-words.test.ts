import { describe, expect, test } from "vitest";

import { amountField } from "@/components/payments/amount-field";
import { alertLevelText, autoTopUpSentence, runwayText } from "@/components/payments/auto-words";

const EURO = 1_000_000n;

describe("what happens by itself, in words", () => {
  test("names threshold, amount and card", () => {
    const settings = { last4: "4242", thresholdMicros: 10n * EURO, amountMicros: 25n * EURO };
    expect(autoTopUpSentence(settings, "EUR")).toBe(
      "Below €10.00 available, €25.00 is charged to the card ending in 4242.",
    );
    expect(autoTopUpSentence({ ...settings, last4: null }, "EUR")).toContain("a card that was removed");
  });

  test("names the amount or the days of a level", () => {
    expect(alertLevelText({ belowMicros: 5n * EURO, belowDays: null }, "EUR")).toBe(
      "When less than €5.00 is available.",
    );
    expect(alertLevelText({ belowMicros: null, belowDays: 3 }, "EUR")).toContain("lasts less than 3 days");
    expect(alertLevelText({ belowMicros: null, belowDays: 1 }, "EUR")).toContain("less than one day");
  });

  test("says how long credit lasts, and nothing where there is nothing to say", () => {
    expect(runwayText(20n * EURO, 7n * EURO)).toBe("Lasts about 20 days at this week's pace.");
    expect(runwayText(EURO, 7n * EURO)).toBe("Lasts about one day at this week's pace.");
    expect(runwayText(EURO / 2n, 7n * EURO)).toBe("Lasts less than a day at this week's pace.");
    expect(runwayText(10_000n * EURO, EURO)).toBe("Lasts more than a year at this week's pace.");
    expect([runwayText(0n, EURO), runwayText(EURO, 0n)]).toEqual([undefined, undefined]);
  });

  test("an amount stands in its field with two decimals where those are enough", () => {
    expect([amountField(10n * EURO), amountField(1_234_567n), amountField(null), amountField(undefined, "25")]).toEqual(
      ["10.00", "1.234567", "", "25"],
    );
  });
});
