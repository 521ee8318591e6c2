import { describe, expect, it } from "vitest";

import { dayKey, dayName, spendBars } from "@/components/home/spend-bars";

const days = [0n, 5_000_000n, 10_000_000n].map((costMicros, day) => ({
  day: `2026-11-0${day + 1}`,
  costMicros,
  calls: 1,
}));

describe("the bars of the last days", () => {
  it("start at zero and fit the largest day", () => {
    expect(spendBars(days, null).bars.map((bar) => bar.height)).toEqual([0, 50, 100]);
  });

  it("make room for a cap that is near, and do not shrink for one that is far", () => {
    expect(spendBars(days, 20_000_000n)).toMatchObject({
      capAt: 100,
      bars: [{ height: 0 }, { height: 25 }, { height: 50 }],
    });
    expect(spendBars(days, 900_000_000n).capAt).toBeUndefined();
    expect(spendBars(days, 900_000_000n).bars.at(-1)?.height).toBe(100);
  });

  it("show a day on which very little was spent", () => {
    const tiny = spendBars([{ day: "2026-11-01", costMicros: 1n, calls: 1 }, ...days], null);
    expect(tiny.bars[0]?.height).toBe(1.5);
  });

  it("survive days without any spending", () => {
    expect(spendBars([{ day: "2026-11-01", costMicros: 0n, calls: 0 }], 5n).bars).toEqual([
      { key: "2026-11-01", height: 0 },
    ]);
    expect(dayName(dayKey(new Date("2026-11-21T00:00:00Z")))).toBe("21 Nov");
  });
});
