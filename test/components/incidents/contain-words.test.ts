import { describe, expect, test } from "vitest";

import {
  OTHER,
  offersOf,
  sourcesText,
  staysOf,
  targetChoices,
  targetOf,
  tookText,
} from "@/components/incidents/contain-words";

const at = new Date("2026-11-26T10:00:00Z");
const step = (name: "hang_up" | "rotate" | "notify", state: "done" | "failed" | "skipped", count = 1, seconds = 0) => ({
  ...{ step: name, state, count, error: "", byHand: [], attempts: 1, startedAt: at },
  finishedAt: new Date(at.getTime() + seconds * 1_000),
});

describe("what can be contained", () => {
  test("is each extension that is touched, each tenant of one, and anything by name", () => {
    const subject = {
      kind: "extension",
      tenantName: "Acme",
      tenantSlug: "acme",
      extensionId: "e1",
      signals: 3,
      firstAt: at,
      lastAt: at,
    } as const;
    const choices = targetChoices([
      { ...subject, value: "acme-101" },
      { ...subject, value: "acme-102" },
      { ...subject, kind: "username", value: "root", tenantName: null, tenantSlug: null },
    ]);
    expect(choices.map(({ label }) => label)).toEqual([
      "Acme, 101",
      "Acme, 102",
      "Acme, every extension",
      "Another one…",
    ]);
    expect(choices.map(({ value }) => targetOf(value))).toEqual([
      { ofSlug: "acme", extension: "101" },
      { ofSlug: "acme", extension: "102" },
      { ofSlug: "acme" },
      { ofSlug: OTHER },
    ]);
  });
});

test("only refusing calls is undone by a release, and it cannot be left out", () => {
  const offers = offersOf({
    ...{ subject: "Acme, 101", extensions: 1, liveCalls: 2, heldMicros: 0n, currency: "EUR" },
    ...{ phones: [], tell: [{ slug: "acme", name: "Acme", owners: 1 }], destinations: [], heldBy: [], sources: [] },
  });
  expect(offers.filter(({ back }) => back).map((offer) => offer.step)).toEqual(["refuse", "sources"]);
  expect(offers.filter(({ optional }) => optional === null).map((offer) => offer.step)).toEqual(["evidence", "refuse"]);
  expect(offers.find((offer) => offer.step === "hang_up")?.what).toBe("2 calls");
});

test("it took as long as its last step, and is not over while one failed", () => {
  expect(tookText({ createdAt: at, steps: [step("hang_up", "done", 1, 3), step("rotate", "done", 1, 41)] })).toBe(
    "0:41",
  );
  expect(tookText({ createdAt: at, steps: [step("hang_up", "failed"), step("rotate", "done")] })).toBeUndefined();
});

test("what stays is named only where it was done", () => {
  expect(staysOf({ steps: [step("hang_up", "done", 0), step("rotate", "done"), step("notify", "skipped")] })).toEqual([
    "The secret stays replaced: the phone needs a new one from the page of extensions.",
  ]);
});

test("which addresses are banned is said, and why others are not", () => {
  expect(sourcesText([])).toBe("no strange address");
  expect(
    sourcesText([
      { network: "203.0.113.9", kept: null },
      { network: "198.51.100.7", kept: "phone 102" },
      { network: "198.51.100.8", kept: "phone 102, 103" },
      { network: "198.51.100.9", kept: "usual" },
    ]),
  ).toBe(
    "203.0.113.9; not 198.51.100.7 (kept, because extension 102 uses it), 198.51.100.8 (kept, because extensions 102, 103 use it), 1 more",
  );
  const why = (kept: string) => sourcesText([{ network: "192.0.2.1", kept }]);
  expect(why("keep 192.0.2.0/24 Head office")).toContain("192.0.2.0/24 Head office is on the keep-list");
  expect(why("extension globex-101")).toContain("the telephone globex-101 of another tenant is registered there");
  expect(why("trunk carrier")).toContain("the trunk carrier is there");
  expect(why("loopback 127.0.0.1")).toContain("this machine itself");
});
