import { describe, expect, it } from "vitest";

import { heldShare } from "@/components/billing/held-share";

describe("the hatched part of the balance", () => {
  it("is nothing without a hold and everything without money", () => {
    expect(heldShare(10n, 0n)).toBe(0);
    expect(heldShare(0n, 5n)).toBe(100);
    expect(heldShare(-3n, 5n)).toBe(100);
  });

  it("is seen however small, and never wider than the bar", () => {
    expect(heldShare(1_000_000_000n, 1n)).toBe(1);
    expect(heldShare(4n, 1n)).toBe(25);
    expect(heldShare(4n, 9n)).toBe(100);
  });
});
