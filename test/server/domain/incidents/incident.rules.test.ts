import { describe, expect, test } from "vitest";

import { clocksOf, isOver, needsReason, needsText, nextStates } from "@/server/domain/incidents/incident.rules";
import { incidentStates } from "@/server/domain/incidents/incident.schema";

describe("the ways of an incident", () => {
  test("from triage it is taken or dismissed, and nothing skips to the review", () => {
    expect(nextStates("triage")).toEqual(["open", "dismissed"]);
    expect(incidentStates.filter((state) => nextStates(state).includes("reviewed"))).toEqual(["resolved"]);
  });

  test("each state can be left, and each but the first be reached", () => {
    for (const state of incidentStates) expect(nextStates(state).length).toBeGreaterThan(0);
    const reached = new Set(incidentStates.flatMap(nextStates));
    expect(incidentStates.filter((state) => !reached.has(state))).toEqual(["triage"]);
  });

  test("who ends one, or begins it again, says why", () => {
    expect(needsReason("triage", "dismissed")).toBe(true);
    expect(needsReason("open", "resolved")).toBe(true);
    expect(needsReason("resolved", "open")).toBe(true);
    expect(needsReason("triage", "open")).toBe(false);
    expect(needsReason("resolved", "reviewed")).toBe(false);
  });

  test("a reason of the list is enough for a dismissal, another one is said in words", () => {
    expect(needsText("triage", "dismissed", "duplicate")).toBe(false);
    expect(needsText("triage", "dismissed", "other")).toBe(true);
    expect(needsText("triage", "dismissed", undefined)).toBe(true);
    expect(needsText("open", "resolved", undefined)).toBe(true);
    expect(needsText("triage", "open", undefined)).toBe(false);
  });

  test("over is over", () => {
    expect(incidentStates.filter(isOver)).toEqual(["resolved", "reviewed", "dismissed"]);
  });
});

describe("the clocks", () => {
  const opened = new Date("2026-11-26T10:00:00Z");
  const after = (minutes: number) => new Date(opened.getTime() + minutes * 60_000);
  const incident = {
    severity: "high",
    state: "triage",
    openedAt: opened,
    acknowledgedAt: null,
    containedAt: null,
    closedAt: null,
  } as const;

  test.each([
    ["critical", 5, 15],
    ["high", 15, 60],
    ["medium", 60, 240],
    ["low", 480, null],
  ] as const)("%s: taken within %i minutes, contained within %s", (severity, take, contain) => {
    const clocks = clocksOf({ ...incident, severity }, opened);
    expect(clocks.acknowledge.dueAt).toEqual(after(take));
    expect(clocks.contain?.dueAt ?? null).toEqual(contain === null ? null : after(contain));
  });

  test("run until they are met, and stay late when they were met late", () => {
    expect(clocksOf(incident, after(15)).acknowledge.late).toBe(false);
    expect(clocksOf(incident, after(16)).acknowledge.late).toBe(true);
    expect(clocksOf({ ...incident, acknowledgedAt: after(14) }, after(500)).acknowledge.late).toBe(false);
    expect(clocksOf({ ...incident, acknowledgedAt: after(20) }, after(500)).acknowledge.late).toBe(true);
  });

  test("stop with the incident: what was dismissed needs no containment", () => {
    expect(clocksOf({ ...incident, state: "dismissed", closedAt: after(3) }, after(500)).contain?.late).toBe(false);
  });
});
