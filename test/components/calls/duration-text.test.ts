import { describe, expect, it } from "vitest";

import { agoText, durationText, durationWords } from "@/components/calls/duration-text";

describe("spans of time", () => {
  it("are written as clocks write them", () => {
    expect([0, 47, 725, 3_729].map(durationText)).toEqual(["0:00", "0:47", "12:05", "1:02:09"]);
    expect(durationText(-3)).toBe("0:00");
    expect(durationText(59.99)).toBe("0:59");
  });

  it("are spoken in words", () => {
    expect(durationWords(47)).toBe("47 seconds");
    expect(durationWords(3_661)).toBe("1 hour 1 minute 1 second");
    expect(durationWords(0)).toBe("0 seconds");
  });

  it("are short when they say how old something is", () => {
    expect([4_000, 70_000, 7_300_000, 200_000_000].map(agoText)).toEqual(["4 s", "1 min", "2 h", "2 d"]);
  });
});
