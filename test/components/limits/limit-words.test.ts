import { describe, expect, it } from "vitest";

import { fieldText, previewSentence } from "@/components/limits/limit-words";
import { parseMicros } from "@/server/kernel/money";

describe("what a cap would have done, in words", () => {
  it("counts days and calls", () => {
    expect(previewSentence("dailyCap", { days: 3, calls: 12 }, 9n, "EUR")).toBe(
      "On 3 days of the last 30 this would have stopped 12 calls.",
    );
    expect(previewSentence("callCap", { days: 1, calls: 1 }, 9n, "EUR")).toBe(
      "On 1 day of the last 30 this would have stopped 1 call.",
    );
    expect(previewSentence("dailyCap", { days: 0, calls: 0 }, 9n, "EUR")).toMatch(/stopped nothing/);
  });

  it("says how much there was where no cap is typed", () => {
    expect(previewSentence("dailyCap", null, 12_300_000n, "EUR")).toBe(
      "The most on one day was €12.30 in the last 30 days.",
    );
    expect(previewSentence("maxPerMinute", null, 12_500n, "EUR")).toBe(
      "The dearest minute cost €0.0125 in the last 30 days.",
    );
    expect(previewSentence("dailyCap", null, 0n, "EUR")).toMatch(/^Nothing was charged/);
  });

  it("puts an amount into its field exactly", () => {
    for (const micros of [0n, 1n, 500_000n, 12_500n, 20_000_000n, 1_234_567_891_234n]) {
      expect(parseMicros(fieldText(micros))).toBe(micros);
    }
    expect([null, 20_000_000n, 500_000n, 12_500n].map(fieldText)).toEqual(["", "20.00", "0.50", "0.0125"]);
  });
});
