import { describe, expect, it } from "vitest";

import { barAt, type ChartData, pointAfter, pointText, topOf } from "@/components/charts/chart-data";

const chart = (values: (number | null)[], more: Partial<ChartData> = {}): ChartData => ({
  labels: values.map((_, index) => `${index + 1} Nov`),
  series: [{ name: "Spend", kind: "bars", values, texts: values.map((value) => (value === null ? "–" : `€${value}`)) }],
  format: String,
  ...more,
});

describe("a chart", () => {
  it("has a scale that fits what was measured, and a cap where it does not flatten that", () => {
    expect(topOf(chart([10, null, 40]))).toBeCloseTo(43.2);
    expect(topOf(chart([10], { threshold: { value: 30, label: "Cap" } }))).toBeCloseTo(32.4);
    expect(topOf(chart([10], { threshold: { value: 500, label: "Cap" } }))).toBeCloseTo(10.8);
    expect(topOf(chart([null, 0]))).toBe(1);
  });

  it("says a point with every series, and what was not measured as such", () => {
    expect(pointText(chart([10, null]), 1)).toBe("2 Nov: –");
    const two = chart([1]);
    const before = { name: "Before", kind: "line", values: [2], texts: ["€2"] } as const;
    expect(pointText({ ...two, series: [...two.series, before] }, 0)).toBe("1 Nov: Spend €1, Before €2");
  });

  it("knows the bar under the pointer, also when it is drawn beyond an end", () => {
    expect([-5, 0, 99, 100, 299, 300, 900].map((px) => barAt(px, 300, 3))).toEqual([0, 0, 0, 1, 2, 2, 2]);
    expect(barAt(10, 0, 3)).toBe(2);
  });

  it("is walked by arrows and does not leave its ends; other keys are not its own", () => {
    expect(pointAfter("ArrowRight", -1, 3)).toBe(0);
    expect(pointAfter("ArrowRight", 2, 3)).toBe(2);
    expect(pointAfter("ArrowLeft", 0, 3)).toBe(0);
    expect(pointAfter("End", 0, 3)).toBe(2);
    expect(pointAfter("d", 0, 3)).toBeUndefined();
  });
});
