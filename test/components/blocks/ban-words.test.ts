import { describe, expect, it } from "vitest";

import {
  hitsText,
  holdersText,
  leftText,
  numberText,
  ownBanText,
  reachChoices,
  sourceText,
} from "@/components/blocks/ban-words";

describe("words about bans", () => {
  it("says how long one still holds, in a unit that says enough", () => {
    const now = new Date("2027-01-01T00:00:00Z");
    const left = (seconds: number) => leftText(new Date(now.getTime() + seconds * 1000), now);
    expect([-5, 0, 90, 300, 7_200, 200_000].map(left)).toEqual([
      "over",
      "over",
      "90 s left",
      "5 min left",
      "2 h left",
      "2 days left",
    ]);
  });

  it("offers the telephones, the portal, or both", () => {
    expect(reachChoices().map(({ value, label }) => `${value}: ${label}`)).toEqual([
      "sip: Telephones",
      "web: Portal",
      "all: Telephones and portal",
    ]);
  });

  it("does not call none what nobody counts", () => {
    expect(hitsText({ scope: "sip", hits: 0 })).toBe("refused by the telephone system; not counted");
    expect(hitsText({ scope: "sip", hits: 3 })).toMatch(/^3, then refused/);
    expect(hitsText({ scope: "web", hits: 0 })).toBe("–");
    expect(hitsText({ scope: "web", hits: 3 })).toBe("3");
  });

  it("says who placed it", () => {
    expect(sourceText({ source: "automatic", by: "" })).toBe("by itself");
    expect(sourceText({ source: "incident", by: "17" })).toBe("incident 17");
    expect(sourceText({ source: "person", by: "Mara" })).toBe("Mara");
    expect(sourceText({ source: "rule", by: "sip_failure network" })).toBe("rule sip failure network");
  });

  it("names all who hold it, and who placed one that is over", () => {
    const mara = { source: "person", by: "Mara" } as const;
    const incident = { source: "incident", by: "17" } as const;
    expect(holdersText({ ...mara, owners: [mara, incident, incident] })).toBe("Mara, incident 17");
    expect(holdersText({ ...mara, owners: [] })).toBe("Mara");
  });

  it("says why one's own address is blocked, and whose phones are there", () => {
    const ban = { failures: 6, extensions: ["101"], works: true, own: false, byProvider: false };
    expect(ownBanText(ban)).toBe("6 wrong tries at your phones; extension 101 works there");
    expect(ownBanText({ ...ban, extensions: ["101", "102"], works: false })).toBe(
      "6 wrong tries at your phones, by a stranger: extensions 101, 102",
    );
    expect(ownBanText({ ...ban, failures: 0, extensions: [], works: false, own: true, byProvider: true })).toBe(
      "Blocked by your provider",
    );
    expect(ownBanText({ ...ban, failures: 1, works: false, own: true })).toBe("1 wrong try at your phones");
  });

  it("tells a number from a range", () => {
    expect(numberText({ digits: "49900", exact: false })).toBe("+49900…");
    expect(numberText({ digits: "4990012345", exact: true })).toBe("+4990012345");
  });
});
