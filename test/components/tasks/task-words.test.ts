import { describe, expect, it } from "vitest";

import { isActive, progressText, remainingText, shareOf } from "@/components/tasks/task-words";

const running = { state: "running", done: 1_250, total: 5_000, cancelRequested: false } as const;

describe("how far a job is", () => {
  it("is a share once the whole is known, and all of it when it is done", () => {
    expect(shareOf(running)).toBe(25);
    expect(shareOf({ ...running, total: null })).toBeUndefined();
    expect(shareOf({ ...running, total: 0 })).toBeUndefined();
    expect(shareOf({ ...running, done: 9_000 })).toBe(100);
    expect(shareOf({ ...running, state: "done", total: null })).toBe(100);
  });

  it.each([
    [running, "Working, 1,250 of 5,000"],
    [{ ...running, cancelRequested: true }, "Stopping, 1,250 of 5,000"],
    [{ ...running, total: null }, "Working, 1,250"],
    [{ ...running, done: 0, total: null }, "Working"],
    [{ ...running, state: "queued" }, "Waiting for a worker"],
    [{ ...running, state: "failed" }, "Failed after 1,250 of 5,000"],
    [{ ...running, state: "cancelled", done: 0 }, "Stopped"],
    [{ ...running, state: "done" }, "Done"],
  ] as const)("%j is said as %s", (task, text) => expect(progressText(task)).toBe(text));

  it("is over when it is over", () => {
    const states = ["queued", "running", "done", "failed", "cancelled"] as const;
    expect(states.filter((state) => isActive({ state }))).toEqual(["queued", "running"]);
  });
});

describe("what is left of a job", () => {
  const startedAt = new Date("2026-11-01T10:00:00Z");
  const after = (ms: number) => new Date(startedAt.getTime() + ms);

  it("is told at the pace so far", () => {
    expect(remainingText({ ...running, startedAt }, after(10_000))).toBe("about 30 s left");
    expect(remainingText({ ...running, startedAt }, after(60_000))).toBe("about 3 min left");
  });

  it("is not guessed before there is a pace, nor after the end", () => {
    expect(remainingText({ ...running, startedAt }, after(500))).toBeUndefined();
    expect(remainingText({ ...running, done: 0, startedAt }, after(10_000))).toBeUndefined();
    expect(remainingText({ ...running, total: null, startedAt }, after(10_000))).toBeUndefined();
    expect(remainingText({ ...running, state: "done", startedAt }, after(10_000))).toBeUndefined();
  });
});
