import { describe, expect, it } from "vitest";

import { directionIcon, outcomeWords, reasonClause } from "@/components/calls/outcome-words";

describe("outcomes", () => {
  it("have a word for each, and show an unknown one as it came", () => {
    expect(outcomeWords("no_answer").word).toBe("No answer");
    expect(outcomeWords("sent_away").word).toBe("sent away");
  });

  it("tell inside from outside", () => {
    expect(directionIcon("internal", "internal").word).toBe("Internal call");
    expect(directionIcon("out", "external").word).toBe("Outgoing call");
    expect(directionIcon("in", "external").word).toBe("Incoming call");
  });

  it("carry the reason as a clause", () => {
    expect(reasonClause("The daily spending cap is reached.")).toBe("The daily spending cap is reached");
  });
});
