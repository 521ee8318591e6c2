import { describe, expect, test } from "vitest";

import { incidentInput } from "@/components/incidents/incident-input";
import { lineText, moveText, severityChoices, stateWords } from "@/components/incidents/incident-words";
import { incidentStates } from "@/server/domain/incidents/incident.schema";

describe("the words of an incident", () => {
  test("every state has a word and a button", () => {
    for (const state of incidentStates) {
      expect(stateWords(state).word).toBeTruthy();
      expect(moveText(state)).toBeTruthy();
    }
    expect(severityChoices().map(({ value }) => value)).toEqual(["critical", "high", "medium", "low"]);
  });

  test("a line of the timeline is a sentence after a name", () => {
    expect(lineText({ kind: "opened", detail: { signals: 12, minutes: 5, threshold: 5 } })).toBe(
      "opened it: 12 failed sign-ins within 5 minutes, allowed are 4",
    );
    expect(lineText({ kind: "opened", detail: {} })).toBe("opened it");
    expect(lineText({ kind: "state", detail: { from: "open", to: "contained" } })).toBe(
      "moved it from open to contained",
    );
    expect(lineText({ kind: "severity", detail: { from: "low", to: "high" } })).toBe("made it high, it was low");
    expect(lineText({ kind: "owner", detail: { from: "x", to: null } })).toBe("took the owner away");
    const difference = { signal: "difference", scope: "tenant", value: "10000001", window: 60, critical: "10000000" };
    expect(lineText({ kind: "rule", detail: { ...difference, open: "2", risk: "10000000", currency: "EUR" } })).toBe(
      "opened it by a rule: 2 differences are open, €10.00 at risk; from €10.00 on it is critical",
    );
    expect(lineText({ kind: "rule", detail: { ...difference, open: "1", risk: "0", currency: "XXX" } })).toBe(
      "opened it by a rule: 1 difference is open; what is at risk is not known",
    );
    expect(lineText({ kind: "rule", detail: difference })).toBe("opened it by a rule: differences are open");
    expect(lineText({ kind: "some_thing", detail: {} })).toBe("some thing");
  });
});

describe("the list in the address", () => {
  const read = (search: string) => incidentInput("op", new URLSearchParams(search));

  test("is read whole, and shows what needs somebody when nothing is said", () => {
    expect(read("show=closed&severity=high&q=10.0")).toEqual({
      tenantSlug: "op",
      show: "closed",
      severity: "high",
      text: "10.0",
    });
    expect(read("")).toEqual({ tenantSlug: "op", show: "active" });
  });

  test("what is not understood counts as not given", () => {
    expect(read("show=all&severity=worst&before=now")).toEqual({ tenantSlug: "op", show: "active" });
  });
});
