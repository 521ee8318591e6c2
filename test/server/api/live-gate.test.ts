import { expect, test } from "vitest";

import { createLiveGate } from "@/server/api/live-gate";
import type { UserId } from "@/server/kernel/ids";

test("one person begins sixty streams a minute, and is told how long to wait; others are not held up", () => {
  let now = 0;
  const gate = createLiveGate(() => now);
  const [ada, bob] = ["ada", "bob"] as UserId[] as [UserId, UserId];
  for (let n = 0; n < 60; n += 1) expect(gate.refuse(ada)).toBeUndefined();
  now = 20_000;
  const refused = gate.refuse(ada);
  expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([429, "40"]);
  expect(gate.refuse(bob)).toBeUndefined();
  now = 60_000;
  expect(gate.refuse(ada)).toBeUndefined();
});
