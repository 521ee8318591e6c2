import { describe, expect, it } from "vitest";

import { moveRows, targetsOf } from "@/components/billing/move-rows";

const wallet = (slug: string, parentSlug: string | null, currency = "EUR") => ({
  slug,
  name: slug,
  parentSlug,
  currency,
  availableMicros: 5n,
});
const items = [wallet("op", null), wallet("hansa", "op"), wallet("bakery", "hansa"), wallet("swiss", "hansa", "CHF")];
const reseller = { slug: "hansa", name: "hansa", kind: "reseller" };
const operator = { slug: "op", name: "op", kind: "operator" };

describe("moving credit", () => {
  it("goes one level down from a reseller and anywhere down from the operator, in one currency", () => {
    expect(targetsOf(items, reseller, "EUR").map((item) => item.slug)).toEqual(["bakery"]);
    expect(targetsOf(items, operator, "EUR").map((item) => item.slug)).toEqual(["hansa", "bakery"]);
  });

  it("takes from a reseller what it gives, and not from the operator, whose credit comes from payments", () => {
    const target = items[2];
    const given = { way: "give", target, available: 20n, micros: 3n } as const;
    expect(moveRows({ ...given, tenant: reseller })).toEqual([
      { name: "hansa", before: 20n, after: 17n },
      { name: "bakery", before: 5n, after: 8n },
    ]);
    expect(moveRows({ ...given, tenant: operator })).toEqual([{ name: "bakery", before: 5n, after: 8n }]);
  });

  it("shows what is taken back, even below zero, so that it is seen before it is refused", () => {
    const rows = moveRows({ way: "back", tenant: reseller, target: items[2], available: 20n, micros: 7n });
    expect(rows.map((row) => row.after)).toEqual([27n, -2n]);
  });
});
