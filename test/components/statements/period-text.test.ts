import { expect, test } from "vitest";

import { periodText, statementHref } from "@/components/statements/period-text";

test("a month is told by its name, other days by their first and last", () => {
  expect(periodText({ kind: "month", firstDay: "2026-03-01", lastDay: "2026-03-31" })).toBe("March 2026");
  expect(periodText({ kind: "range", firstDay: "2026-03-03", lastDay: "2026-04-09" })).toBe("3 Mar \u2013 9 Apr 2026");
  expect(periodText({ kind: "range", firstDay: "2025-12-03", lastDay: "2026-01-09" })).toBe(
    "3 Dec 2025 \u2013 9 Jan 2026",
  );
  expect(periodText({ kind: "range", firstDay: "2026-01-09", lastDay: "2026-01-09" })).toBe("9 Jan 2026");
});

test("a file is below the tenant that it belongs to", () => {
  expect(statementHref("acme", "2026-000001", "csv")).toBe("/api/statements/acme/2026-000001/csv");
});
