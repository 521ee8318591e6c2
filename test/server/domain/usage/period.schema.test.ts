import { expect, test } from "vitest";

import { bucketOf, daysOf, keysOf, shifted, spanOf } from "@/server/domain/usage/period.schema";
import { reportSchema } from "@/server/domain/usage/report.schema";

test("a day lies in one week from Monday, one month and one year", () => {
  expect(spanOf("week", "2026-11-29")).toEqual({ from: "2026-11-23", to: "2026-11-29" });
  expect(spanOf("week", "2026-11-30")).toEqual({ from: "2026-11-30", to: "2026-12-06" });
  expect(spanOf("month", "2028-02-10")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  expect(spanOf("year", "2027-06-01")).toEqual({ from: "2027-01-01", to: "2027-12-31" });
  expect(daysOf(spanOf("custom", "2027-01-05"))).toBe(30);
});

test("the span before is of the same kind, and there and back is where one was", () => {
  expect(shifted("month", spanOf("month", "2027-03-31"), -1)).toEqual({ from: "2027-02-01", to: "2027-02-28" });
  expect(shifted("year", spanOf("year", "2027-03-31"), -1)).toEqual({ from: "2026-01-01", to: "2026-12-31" });
  expect(shifted("custom", { from: "2027-03-01", to: "2027-03-10" }, -1)).toEqual({
    from: "2027-02-19",
    to: "2027-02-28",
  });
  for (const period of ["day", "week", "month", "year", "custom"] as const) {
    const span = spanOf(period, "2026-12-31");
    expect(shifted(period, shifted(period, span, 3), -3)).toEqual(span);
  }
});

test("short spans are drawn by the hour, long ones by the month", () => {
  expect(bucketOf(spanOf("day", "2026-11-29"))).toBe("hour");
  expect(bucketOf(spanOf("month", "2026-11-29"))).toBe("day");
  expect(bucketOf(spanOf("year", "2026-11-29"))).toBe("month");
  expect(keysOf({ from: "2026-12-30", to: "2027-01-02" }, "day")).toEqual([
    "2026-12-30",
    "2026-12-31",
    "2027-01-01",
    "2027-01-02",
  ]);
  expect(keysOf({ from: "2026-12-30", to: "2027-02-02" }, "month")).toEqual(["2026-12", "2027-01", "2027-02"]);
});

test("what is no span of days is refused", () => {
  const tried = (typed: object) =>
    reportSchema.safeParse({ period: "custom", from: "2026-01-01", to: "2026-01-31", ...typed }).success;
  expect(tried({})).toBe(true);
  expect(tried({ to: "2025-12-31" })).toBe(false);
  expect(tried({ to: "2028-01-01" })).toBe(false);
  expect(tried({ from: "2026-02-30" })).toBe(false);
  expect(tried({ zone: "Asia/Kathmandu" })).toBe(true);
  expect(tried({ zone: "Middle/Earth" })).toBe(false);
});
