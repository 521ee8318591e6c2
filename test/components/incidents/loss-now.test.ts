import { expect, test } from "vitest";

import { dueNow } from "@/components/incidents/due-now";
import { lossNow } from "@/components/incidents/loss-now";
import type { Micros } from "@/server/kernel/money";

const since = new Date("2026-11-26T10:00:00Z");
const after = (minutes: number) => new Date(since.getTime() + minutes * 60_000);
const money = (value: bigint) => value as Micros;

test("a loss grows by the minute while calls go on, and by no more than is held for them", () => {
  const loss = {
    ...{ currency: "EUR", since, calls: 3, live: 2 },
    ...{ chargedMicros: money(5_000n), heldMicros: money(30_000n), talkedMicros: money(6_000n) },
    perMinuteMicros: money(12_000n),
  };
  expect(lossNow(loss, 0)).toEqual({ spentMicros: 11_000n, riskMicros: 24_000n });
  expect(lossNow(loss, 30_000)).toEqual({ spentMicros: 17_000n, riskMicros: 18_000n });
  expect(lossNow(loss, 3_600_000)).toEqual({ spentMicros: 35_000n, riskMicros: 0n });
  // A browser's clock that went back takes nothing away.
  expect(lossNow(loss, -5_000)).toEqual({ spentMicros: 11_000n, riskMicros: 24_000n });
});

test.each([
  [0, 0, "ok", 60],
  [44, 44 / 60, "ok", 16],
  [45, 0.75, "warn", 15],
  [60, 1, "bad", 0],
  [90, 1, "bad", -30],
] as const)("a clock of an hour, after %i minutes", (minutes, share, ink, left) => {
  const due = { what: "acknowledge", since, dueAt: after(60) } as const;
  expect(dueNow(due, after(minutes))).toEqual({ share, ink, leftMs: left * 60_000 });
});
