import { describe, expect, it } from "vitest";

import { callSentence } from "@/components/calls/call-sentence";

const startedAt = new Date(0);
const call = {
  direction: "out",
  outcome: "answered",
  startedAt,
  answeredAt: null,
  talkMs: 0,
  hangupSide: null,
  reasonSentence: null,
};

describe("a call in one sentence", () => {
  it("says how long it rang, how long it talked, and who ended it", () => {
    const told = { ...call, answeredAt: new Date(4_200), talkMs: 47_900, hangupSide: "callee" };
    expect(callSentence(told)).toBe("Rang 4 s, then talked for 0:47; the other side hung up.");
  });

  it("knows which side is ours of a call from outside", () => {
    const told = { ...call, direction: "in", answeredAt: new Date(4_200), talkMs: 47_900 };
    expect(callSentence({ ...told, hangupSide: "callee" })).toContain("your side hung up");
    expect(callSentence({ ...told, hangupSide: "caller" })).toContain("the other side hung up");
    expect(callSentence({ ...call, direction: "in", outcome: "cancelled" })).toContain("The caller hung up before");
  });

  it("gives the reason of a refusal, and otherwise what happened", () => {
    expect(callSentence({ ...call, outcome: "blocked", reasonSentence: "The cap is reached." })).toBe(
      "The cap is reached.",
    );
    expect(callSentence({ ...call, outcome: "cancelled" })).toContain("hung up before");
    expect(callSentence({ ...call, outcome: "failed" })).toContain("cost nothing");
  });
});
