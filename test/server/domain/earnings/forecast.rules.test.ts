import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type EarnedDay, forecastOf, LEAST_HISTORY_DAYS } from "@/server/domain/earnings/forecast.rules";
import { addDays, keysOf } from "@/server/domain/usage/period.schema";

const FIRST = "2026-11-02"; // A Monday.
const past = (days: number, earned: (day: string, at: number) => bigint): EarnedDay[] =>
  Array.from({ length: days }, (_, at) => {
    const day = addDays(FIRST, at);
    return { day, earnedMicros: earned(day, at) };
  });
const weekend = (day: string) => [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
const next = addDays(FIRST, 28);
const left = keysOf({ from: next, to: addDays(next, 6) }, "day");

describe("a forecast", () => {
  test("takes each day to come for what its day of the week brought, and is sure when they never differed", () => {
    const history = past(28, (day) => (weekend(day) ? 0n : 10_000_000n));
    const over = [{ day: "2026-11-29", earnedMicros: 7n }];
    expect(forecastOf(over, left, history)).toEqual({
      lowMicros: 50_000_007n,
      likelyMicros: 50_000_007n,
      highMicros: 50_000_007n,
      basedOnDays: 28,
    });
  });

  test("is as wide as the past was, to both sides alike", () => {
    const history = past(28, (_day, at) => (Math.floor(at / 7) % 2 === 0 ? 20_000_000n : 0n));
    const forecast = forecastOf([], left, history);
    expect(forecast?.likelyMicros).toBe(70_000_000n);
    const [down, up] = [
      (forecast?.likelyMicros ?? 0n) - (forecast?.lowMicros ?? 0n),
      (forecast?.highMicros ?? 0n) - (forecast?.likelyMicros ?? 0n),
    ];
    expect(down).toBe(up);
    // Seven days with a deviation of 11.547 each: the root of seven of it, times 1.2816.
    expect(Number(up) / 1e6).toBeCloseTo(1.2816 * Math.sqrt(7) * 11.547, 1);
  });

  test("is none of too short a past, and with nothing left it is what was earned", () => {
    expect(
      forecastOf(
        [],
        left,
        past(LEAST_HISTORY_DAYS - 1, () => 1n),
      ),
    ).toBeUndefined();
    const over = [{ day: "2026-11-29", earnedMicros: -5n }];
    expect(
      forecastOf(
        over,
        [],
        past(14, () => 9n),
      ),
    ).toMatchObject({ lowMicros: -5n, likelyMicros: -5n, highMicros: -5n });
  });

  test("keeps what is sure: its middle lies between its ends, whatever was earned or lost", () => {
    const amounts = fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { minLength: 14, maxLength: 60 });
    fc.assert(
      fc.property(amounts, (earned) => {
        const forecast = forecastOf(
          [],
          left,
          past(earned.length, (_day, at) => earned[at] ?? 0n),
        );
        expect(
          forecast && forecast.lowMicros <= forecast.likelyMicros && forecast.likelyMicros <= forecast.highMicros,
        ).toBe(true);
      }),
    );
  });
});
