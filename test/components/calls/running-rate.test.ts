import { describe, expect, it } from "vitest";

import { runningRate } from "@/components/calls/running-rate";

describe("what the calls of this second cost a minute", () => {
  it("counts those that are answered", () => {
    const answeredAt = new Date();
    expect(
      runningRate([
        { answeredAt, perMinuteMicros: 12_500n },
        { answeredAt: null, perMinuteMicros: 90_000n },
        { answeredAt, perMinuteMicros: 500n },
      ]),
    ).toBe(13_000n);
  });
});
