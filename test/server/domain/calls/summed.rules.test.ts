import { describe, expect, test } from "vitest";

import type { CallChoice } from "@/server/domain/calls/call-where";
import { summedBy } from "@/server/domain/calls/summed.rules";

const anytime = { from: null, until: null };

describe("which sums answer a filter", () => {
  test("those by direction and outcome, for both and for neither", () => {
    expect(summedBy({}, anytime)).toEqual({ dim: "way", values: null });
    expect(summedBy({ direction: "in", outcome: "busy" }, anytime)).toEqual({ dim: "way", values: ["in:busy"] });
    expect(summedBy({ outcome: "blocked" }, anytime)?.values).toEqual([
      "out:blocked",
      "in:blocked",
      "internal:blocked",
    ]);
    expect(summedBy({ direction: "in" }, anytime)?.values).toHaveLength(6);
  });

  test("those of an extension or a country, when nothing else is asked for", () => {
    const extensionId = "4F0C1A52-63a5-4b0e-9a53-0c4e1d2b7a10";
    expect(summedBy({ extensionId }, anytime)).toEqual({ dim: "extension", values: [extensionId.toLowerCase()] });
    expect(summedBy({ country: "DE" }, anytime)).toEqual({ dim: "country", values: ["DE"] });
    expect(summedBy({ country: "DE", outcome: "busy" }, anytime)).toBeNull();
    expect(summedBy({ extensionId, country: "DE" }, anytime)).toBeNull();
  });

  const others: readonly CallChoice[] = [
    { text: "030" },
    { reason: "CAP-01" },
    { minCost: "1" },
    { minSeconds: 60 },
    { outcome: "live" },
  ];
  test.each(others)("none knows %o", (filter) => {
    expect(summedBy(filter, anytime)).toBeNull();
  });

  test("none knows a moment within a quarter of an hour", () => {
    const at = (text: string) => ({ from: new Date(text), until: null });
    expect(summedBy({}, at("2026-05-10T12:15:00Z"))).not.toBeNull();
    expect(summedBy({}, at("2026-05-10T12:15:00.001Z"))).toBeNull();
  });
});
