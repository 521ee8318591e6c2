import { expect, test } from "vitest";

import { factActs } from "@/components/blocks/fact-acts";

const reader = (kind: string, ...permissions: readonly string[]) => ({
  tenant: { kind },
  can: (permission: string) => permissions.includes(permission),
});

test("an address can be banned, and a rule made of it, by the operator alone, a number blocked by whoever closes destinations", () => {
  const both = ["bans.write", "destinations.write"] as const;
  expect(factActs("address", "192.0.2.1", reader("operator", ...both, "rules.write"))).toEqual(["ban", "rule"]);
  expect(factActs("address", "192.0.2.1", reader("reseller", ...both, "rules.write"))).toEqual([]);
  expect(factActs("address", "192.0.2.1", reader("operator", ...both))).toEqual(["ban"]);
  expect(factActs("address", "192.0.2.1", reader("reseller", ...both))).toEqual([]);
  expect(factActs("address", "192.0.2.1", reader("operator", "destinations.write"))).toEqual([]);
  expect(factActs("number", "8816123", reader("customer", ...both))).toEqual(["block"]);
  expect(factActs("number", "8816123", reader("operator", "bans.write"))).toEqual([]);
  expect(factActs("username", "nobody", reader("operator", ...both))).toEqual([]);
  expect(factActs("address", "", reader("operator", ...both))).toEqual([]);
});
