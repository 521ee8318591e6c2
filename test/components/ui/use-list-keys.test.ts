import { describe, expect, it } from "vitest";

import { placeAfter, stepOf } from "@/components/ui/use-list-keys";

describe("walking a list by keys", () => {
  it("knows J, K and the arrows", () => {
    expect(["j", "ArrowDown", "k", "ArrowUp", "x"].map(stepOf)).toEqual([1, 1, -1, -1, 0]);
  });

  it("steps over rows that are over, and begins after one that is", () => {
    const usable = [true, false, true, false];
    expect(placeAfter(usable, 0, 1)).toBe(2);
    expect(placeAfter(usable, 2, -1)).toBe(0);
    expect(placeAfter(usable, 1, 1)).toBe(2);
    expect(placeAfter(usable, 2, 1)).toBe(2);
    expect([placeAfter([false, true], -1, 1), placeAfter([false], -1, 1)]).toEqual([1, -1]);
  });
});
