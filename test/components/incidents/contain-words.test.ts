import { describe, expect, test } from "vitest";

import { OTHER, offersOf, staysOf, targetChoices, targetOf, tookText } from "@/components/incidents/contain-words";

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
    ...{ phones: [], tell: [{ name: "Acme", owners: 1 }], destinations: [], heldBy: [], sources: [] },
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
