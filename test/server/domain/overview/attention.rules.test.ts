import { expect, test } from "vitest";

import { type Facts, needsAttention } from "@/server/domain/overview/attention.rules";

const calm: Facts = {
  slug: "bakery",
  kind: "customer",
  state: "active",
  currency: "EUR",
  hasPlan: true,
  availableMicros: 50_000_000n,
  weekMicros: 7_000_000n,
  phonesTotal: 2,
  phonesOnline: 2,
  neverSeen: 0,
  lostPhones: 0,
  callsToday: 3,
  firstCallDone: true,
  failedRegistrations: 0,
  differences: 0,
  stopped: false,
  stoppedNumbers: [],
  refused: [],
  lowBelow: 0,
  lowBelowSlugs: [],
  topUpPaused: false,
};
const codes = (more: Partial<Facts>) => needsAttention({ ...calm, ...more }).map((item) => item.code);

test("where nothing is wrong nothing is listed", () => expect(needsAttention(calm)).toEqual([]));

test.each<[string, Partial<Facts>, string[]]>([
  ["no credit", { availableMicros: 0n }, ["BAL-01"]],
  ["credit for less than three days", { availableMicros: 2_900_000n }, ["BAL-01"]],
  ["credit for three days", { availableMicros: 3_000_000n }, []],
  ["little credit and no calls", { availableMicros: 1n, weekMicros: 0n }, []],
  ["the operator's own wallet", { kind: "operator", availableMicros: 0n, hasPlan: false }, []],
  ["no plan", { hasPlan: false }, ["RAT-01"]],
  ["all calls stopped", { stopped: true }, ["INC-01"]],
  ["calls of a phone stopped", { stoppedNumbers: ["101"] }, ["INC-01"]],
  ["suspension", { state: "suspended" }, ["SEC-02"]],
  ["a paused top-up", { topUpPaused: true }, ["PAY-01"]],
  ["a tenant below without credit", { kind: "reseller", lowBelow: 1, lowBelowSlugs: ["studio"] }, ["LOW-01"]],
  ["refused calls", { refused: [{ reason: "DST-01", calls: 2 }] }, ["DST-01"]],
  ["a few wrong passwords", { failedRegistrations: 9 }, []],
  ["many wrong passwords", { failedRegistrations: 10 }, ["AUT-01"]],
  ["a difference in the money", { differences: 1 }, ["REC-01"]],
  ["a phone that is gone", { lostPhones: 1 }, ["NET-01"]],
  ["an extension without a phone", { neverSeen: 1 }, ["NET-02"]],
])("%s", (_what, more, expected) => expect(codes(more)).toEqual(expected));

test("at most five things, the most urgent first", () => {
  const all = codes({
    state: "suspended",
    hasPlan: false,
    availableMicros: 0n,
    differences: 2,
    failedRegistrations: 50,
    lostPhones: 3,
    neverSeen: 1,
  });
  expect(all).toEqual(["SEC-02", "RAT-01", "BAL-01", "REC-01", "AUT-01"]);
});

test("every item leads to the page where it is mended, and counts in words", () => {
  const [one] = needsAttention({ ...calm, lostPhones: 1 });
  expect(one).toMatchObject({ href: "/t/bakery/extensions", title: "1 phone is not registered" });
  const [many] = needsAttention({ ...calm, lostPhones: 2 });
  expect(many?.title).toBe("2 phones are not registered");
});
