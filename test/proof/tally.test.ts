import { expect, test } from "vitest";

import { slowness, speedOf } from "@/test/proof/sim/tally";

test("many worlds together have to be as much faster than real time as is asked for", () => {
  const hours = (virtualMs: number, realMs: number) => ({ virtualMs, realMs });
  expect(speedOf(hours(3_600_000, 1_200))).toBe(3_000);
  expect(slowness(hours(3_600_000, 3_600), 1_000)).toBeUndefined();
  expect(slowness(hours(3_600_000, 3_610), 1_000)).toContain("997 ×");
  expect(slowness(hours(0, 0), 0)).toBeUndefined();
});
