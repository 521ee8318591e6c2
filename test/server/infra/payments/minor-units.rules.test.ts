import fc from "fast-check";
import { expect, test } from "vitest";

import { fromMinor, toMinor } from "@/server/infra/payments/minor-units.rules";

test.each([
  ["EUR", 12_500_000n, 1250],
  ["JPY", 1_200_000_000n, 1200],
  ["KWD", 1_250_000n, 1250],
  ["ISK", 5_000_000n, 500],
])("%s: %s micros are %s of the smallest unit, and back", (currency, amount, minor) => {
  expect(toMinor(amount, currency)).toBe(minor);
  expect(fromMinor(minor, currency.toLowerCase())).toBe(amount);
});

test("a fraction of the smallest unit is not rounded but refused", () => {
  expect(toMinor(1_000_001n, "EUR")).toBeUndefined();
  expect(toMinor(500_000n, "JPY")).toBeUndefined();
});

test("what came from the provider goes back to it unchanged, in any currency", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 99_999_999 }),
      fc.constantFrom("EUR", "JPY", "KWD", "USD"),
      (minor, currency) => {
        expect(toMinor(fromMinor(minor, currency), currency)).toBe(minor);
      },
    ),
  );
});
