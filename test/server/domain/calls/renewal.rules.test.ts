import fc from "fast-check";
import { expect, test } from "vitest";

import { askAgainInMs, leftOfGrantMs, renewInMs } from "@/server/domain/calls/renewal.rules";

test("a slice of five minutes is renewed ten seconds before its end, a short one earlier in proportion", () => {
  expect(renewInMs(300_000)).toBe(290_000);
  expect(renewInMs(10_000)).toBe(7_000);
  expect(renewInMs(2_000)).toBe(1_000);
  expect(renewInMs(500)).toBe(0);
  expect(renewInMs(-500)).toBe(0);
});

test("a question that was refused is asked again at half of what is left, until it is too late", () => {
  expect(askAgainInMs(10_000)).toBe(5_000);
  expect(askAgainInMs(1_000)).toBe(500);
  expect(askAgainInMs(500)).toBeUndefined();
  expect(askAgainInMs(-1)).toBeUndefined();
});

test("the end inside the PBX comes before the end of what is held", () => {
  expect(leftOfGrantMs(1_000_000, 60, 1_030_000)).toBe(29_900);
});

test("a renewal never comes after the end, and asking again ends", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14_400_000 }), (leftMs) => {
      expect(renewInMs(leftMs)).toBeLessThan(leftMs);
      let left = leftMs;
      let asked = 0;
      for (let wait = askAgainInMs(left); wait !== undefined; wait = askAgainInMs(left)) {
        left -= wait;
        asked += 1;
      }
      expect(asked).toBeLessThan(40);
    }),
  );
});
