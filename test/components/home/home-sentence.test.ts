import { describe, expect, it } from "vitest";

import { homeSentence } from "@/components/home/home-sentence";

const phones = (online: number, total: number) => ({ online, total });

describe("the state of a tenant in one sentence", () => {
  it("begins with what needs a person", () => {
    expect(homeSentence({ phones: phones(3, 4), attention: 1, liveCalls: 2 })).toBe(
      "One thing needs you. 3 of 4 phones connected, 2 calls in progress.",
    );
  });

  it("is short when all is well", () => {
    expect(homeSentence({ phones: phones(4, 4), attention: 0, liveCalls: 0 })).toBe("All 4 phones are connected.");
    expect(homeSentence({ phones: phones(1, 1), attention: 0, liveCalls: 1 })).toBe(
      "The phone is connected, 1 call in progress.",
    );
  });

  it("counts to one and to none", () => {
    expect(homeSentence({ phones: phones(0, 1), attention: 0, liveCalls: 0 })).toBe("The phone is not connected.");
    expect(homeSentence({ phones: phones(0, 3), attention: 0, liveCalls: 0 })).toBe("None of 3 phones is connected.");
  });

  it("says how to begin", () => {
    expect(homeSentence({ phones: phones(0, 0), attention: 3, liveCalls: 0 })).toContain("Make the first one");
  });
});
