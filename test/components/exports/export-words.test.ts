import { expect, test } from "vitest";

import { filterText, narrowedText } from "@/components/exports/export-words";

test("a seller's calls are called its own where the filter does not say whose they are; a customer's are everything", () => {
  expect(filterText({ what: "calls", filter: {} }, true)).toBe("own calls");
  expect(filterText({ what: "calls", filter: { outcome: "busy" } }, true)).toBe("own calls, outcome busy");
  expect(filterText({ what: "calls", filter: { scope: "below" } }, true)).toBe("calls of all below");
  expect(filterText({ what: "calls", filter: { tenant: "acme" } }, true)).toBe("of tenant acme");
  expect(filterText({ what: "calls", filter: {} }, false)).toBe("Everything");
  expect(filterText({ what: "audit", filter: {} }, true)).toBe("Everything");
  expect(narrowedText({ outcome: "busy" })).toBe("outcome busy");
});
