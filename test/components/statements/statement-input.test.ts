import { expect, test } from "vitest";

import { statementInput } from "@/components/statements/statement-input";

const ask = (query: string) => statementInput("acme", new URLSearchParams(query));

test("an address names a list of statements, and what it does not understand is left out", () => {
  expect(ask("")).toEqual({ tenantSlug: "acme" });
  expect(ask("side=sold&kind=range&year=2026&q=%20Quay%20&before=2026-03-31_2026-000012")).toEqual({
    tenantSlug: "acme",
    side: "sold",
    kind: "range",
    year: 2026,
    text: "Quay",
    cursor: "2026-03-31_2026-000012",
  });
  expect(ask("side=theirs&kind=day&year=last&q=%20&before=1")).toEqual({ tenantSlug: "acme" });
});
