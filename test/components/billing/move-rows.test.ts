import { describe, expect, it } from "vitest";

import { moveRows } from "@/components/billing/move-rows";

const target = { slug: "bakery", name: "bakery", parentSlug: "hansa", currency: "EUR", availableMicros: 5n };
const reseller = { slug: "hansa", name: "hansa", kind: "reseller" };
const operator = { slug: "op", name: "op", kind: "operator" };

describe("moving credit", () => {
  it("takes from a reseller what it gives, and not from the operator, whose credit comes from payments", () => {
    const given = { way: "give", target, available: 20n, micros: 3n } as const;
    expect(moveRows({ ...given, tenant: reseller })).toEqual([
      { name: "hansa", before: 20n, after: 17n },
      { name: "bakery", before: 5n, after: 8n },
    ]);
    expect(moveRows({ ...given, tenant: operator })).toEqual([{ name: "bakery", before: 5n, after: 8n }]);
  });

  it("shows what is taken back, even below zero, so that it is seen before it is refused", () => {
    const rows = moveRows({ way: "back", tenant: reseller, target, available: 20n, micros: 7n });
    expect(rows.map((row) => row.after)).toEqual([27n, -2n]);
  });
});
