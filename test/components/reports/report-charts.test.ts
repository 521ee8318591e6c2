import { expect, test } from "vitest";

import { chartsOf } from "@/components/reports/report-charts";
import type { ReportData } from "@/components/reports/report-words";

const usage = {
  ...{ calls: 1, answered: 1, blocked: 0, talkMs: 60_000, billedSeconds: 60 },
  ...{ costMicros: 3_000_000n, revenueMicros: 0n, correctedCostMicros: 0n, correctedRevenueMicros: 0n },
};
const report = (more: Partial<ReportData>) =>
  ({
    ...{ currency: "EUR", zone: "UTC", bucket: "day", total: usage, previous: usage, countries: [], peaks: [] },
    ...{ points: [{ key: "2026-11-21", usage }], maxCalls: null, dailyCapMicros: 5_000_000n, ...more },
  }) as unknown as ReportData;
const spend = (more: Partial<ReportData> = {}) => chartsOf(report(more), undefined, "cost")[0];

test("the spend by day has the cap of a day as a line, and says it", () => {
  expect(spend()?.data.threshold).toEqual({ value: 5, label: "Cap €5.00" });
  expect(spend()?.summary).toBe("€3.00 in this period. The cap is €5.00 a day.");
});

test("by month, or without a cap, there is no line", () => {
  expect(spend({ bucket: "month" })?.data.threshold).toBeUndefined();
  expect(spend({ dailyCapMicros: null })?.data.threshold).toBeUndefined();
});
