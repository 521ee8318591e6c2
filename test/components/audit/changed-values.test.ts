import { describe, expect, it } from "vitest";

import { changedValues } from "@/components/audit/changed-values";

describe("before and after", () => {
  it("puts what differs first", () => {
    const values = changedValues({ name: "Front", calls: 2 }, { name: "Front desk", calls: 2 });
    expect(values.map(({ field, differs }) => [field, differs])).toEqual([
      ["name", true],
      ["calls", false],
    ]);
  });

  it("shows what was not there before, and amounts beyond a number", () => {
    expect(changedValues(null, { cap: 9_007_199_254_740_993n })).toEqual([
      { field: "cap", before: "–", after: "9007199254740993", differs: true },
    ]);
    expect(changedValues({}, {})).toEqual([]);
  });
});
