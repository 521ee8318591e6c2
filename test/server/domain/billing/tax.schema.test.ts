import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parsePercent, percentOf, taxSchema } from "@/server/domain/billing/tax.schema";

describe("a tax in percent", () => {
  it("is read and written exactly", () => {
    expect(["0", "7", "7.7", "19", "19.0001", "100"].map(parsePercent)).toEqual([
      0, 70_000, 77_000, 190_000, 190_001, 1_000_000,
    ]);
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000 }), (ppm) => parsePercent(percentOf(ppm)) === ppm));
  });

  it("is nothing but a percentage from 0 to 100 with at most four decimals", () => {
    for (const text of ["", "-1", "100.0001", "101", "1.00001", "1e1", "19 %", "0x10", ".5", "5.", "NaN", "١٩"]) {
      expect([text, parsePercent(text)]).toEqual([text, undefined]);
    }
    expect(taxSchema.safeParse({ percent: "19", name: "VAT\n" }).success).toBe(true);
    expect(taxSchema.safeParse({ percent: "19", name: "V\nAT" }).success).toBe(false);
    expect(taxSchema.safeParse({ percent: "19", name: "x".repeat(41) }).success).toBe(false);
  });
});
