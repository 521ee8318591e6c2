import { describe, expect, it } from "vitest";

import { stepOf } from "@/components/ui/use-list-keys";

describe("walking a list by keys", () => {
  it("knows J, K and the arrows", () => {
    expect(["j", "ArrowDown", "k", "ArrowUp", "x"].map(stepOf)).toEqual([1, 1, -1, -1, 0]);
  });
});
