import { describe, expect, it } from "vitest";

import type { LiveCall } from "@/components/api/outputs";
import { isNarrowed, mayBeEnded, passes, readLiveFilter } from "@/components/calls/live-filter";

const now = new Date("2026-11-26T12:00:00Z");
const call = (more: object = {}): LiveCall =>
  ({
    from: { extensionNumber: "101", name: "Front door" },
    toFormatted: "+49 30 12345678",
    fromFormatted: null,
    tenantName: "Quay Florist",
    tenantSlug: "florist",
    state: "live",
    kind: "external",
    startedAt: new Date("2026-11-26T11:50:00Z"),
    answeredAt: new Date("2026-11-26T11:54:00Z"),
    ...more,
  }) as LiveCall;
const filter = (query: string) => readLiveFilter(new URLSearchParams(query));

describe("the filter of the live calls", () => {
  it.each(["q=%2B493012345678", "q=0049 30 123", "q=(30) 1234-5678", "q=front", "q=FLORIST", "q=101", ""])(
    "%s finds the call, however it is written",
    (query) => expect(passes(call(), filter(query), now)).toBe(true),
  );

  it.each(["q=0044", "q=102", "state=ringing", "minutes=7"])("%s leaves it out", (query) =>
    expect(passes(call(), filter(query), now)).toBe(false),
  );

  it("counts the length from the answer, and of a ringing call from its start", () => {
    expect(passes(call(), filter("minutes=6"), now)).toBe(true);
    expect(passes(call({ answeredAt: null, state: "ringing" }), filter("minutes=10"), now)).toBe(true);
  });

  it("takes what it does not understand as not given", () => {
    expect(isNarrowed(filter("state=dancing&minutes=-3&minutes=x&q=%20"))).toBe(false);
    expect(isNarrowed(filter("minutes=5"))).toBe(true);
  });

  it("keeps emergency calls out of everybody's hands", () => {
    expect([mayBeEnded(call()), mayBeEnded(call({ kind: "emergency" }))]).toEqual([true, false]);
  });
});
