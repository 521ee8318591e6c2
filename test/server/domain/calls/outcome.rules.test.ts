import { expect, test } from "vitest";

import { endingOf, endingOfDisposition } from "@/server/domain/calls/outcome.rules";

test.each([
  ["ANSWER", 16, "external", { outcome: "answered", reason: null }],
  ["BUSY", 17, "external", { outcome: "busy", reason: "FAR-01" }],
  ["NOANSWER", 0, "external", { outcome: "no_answer", reason: "FAR-02" }],
  ["CANCEL", 127, "external", { outcome: "cancelled", reason: null }],
  ["", 0, "external", { outcome: "cancelled", reason: null }],
  ["CHANUNAVAIL", 1, "external", { outcome: "failed", reason: "DST-04" }],
  ["CONGESTION", 21, "external", { outcome: "failed", reason: "FAR-03" }],
  ["CONGESTION", 34, "external", { outcome: "failed", reason: "NET-02" }],
  ["CHANUNAVAIL", 20, "internal", { outcome: "failed", reason: "NET-01" }],
  ["CHANUNAVAIL", 20, "inbound", { outcome: "failed", reason: "NET-01" }],
  ["CHANUNAVAIL", 1, "inbound", { outcome: "failed", reason: "NET-01" }],
  ["CONGESTION", 21, "inbound", { outcome: "failed", reason: "FAR-03" }],
  ["SOMETHING NEW", 0, undefined, { outcome: "failed", reason: "NET-02" }],
])("%s with cause %d of an %s call", (status, cause, kind, expected) => {
  expect(endingOf(status, cause, kind)).toEqual(expected);
});

test.each([
  ["ANSWERED", "answered"],
  ["NO ANSWER", "no_answer"],
  ["BUSY", "busy"],
  ["FAILED", "failed"],
  ["CONGESTION", "failed"],
])("the disposition %s", (disposition, outcome) => {
  expect(endingOfDisposition(disposition, "external").outcome).toBe(outcome);
});
