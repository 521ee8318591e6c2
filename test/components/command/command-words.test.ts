import { expect, test } from "vitest";

import { commandSentence, dueWords, usualWords } from "@/components/command/command-words";

const well = { name: "Database", health: "well", state: "Answers" };
const pulse = { ringing: 1, talking: 2, lastMinute: 3, lastMinuteBlocked: 0, usualPerMinute: 2.44 };
const calm = { unacknowledged: 0, late: 0, active: 1 };

test("says what does not work before anything else", () => {
  expect(commandSentence({ parts: [well], incidents: calm, pulse })).toBe("Every part works. 3 calls in progress.");
  const away = { name: "PBX main", health: "ill", state: "Away" };
  const due = { unacknowledged: 2, late: 1, active: 2 };
  expect(commandSentence({ parts: [well, away], incidents: due, pulse: { ...pulse, ringing: 0, talking: 0 } })).toBe(
    "PBX main: away. 2 incidents nobody has taken, 1 over time. Nobody is on the phone.",
  );
  expect(commandSentence({ parts: [away, away, away], incidents: undefined, pulse: undefined })).toBe(
    "3 parts need a look.",
  );
  expect(commandSentence({ parts: undefined, incidents: undefined, pulse: undefined })).toBe(
    "The house at this moment.",
  );
});

test("compares the last minute with what is usual", () => {
  expect(usualWords(pulse)).toBe("usual at this hour: 2.4");
  expect(usualWords({ ...pulse, lastMinuteBlocked: 4, usualPerMinute: 120.7 })).toBe(
    "4 refused; usual at this hour: 121",
  );
  expect(usualWords({ ...pulse, usualPerMinute: null })).toBe("nothing to compare with yet");
});

test("counts down to what is due, and on when it is over", () => {
  const now = new Date("2026-11-26T12:00:00Z");
  const due = (next: "acknowledge" | "contain" | null, dueAt: string | null, ownerName: string | null = null) =>
    dueWords({ next, dueAt: dueAt === null ? null : new Date(dueAt), ownerName }, now);
  expect(due("acknowledge", "2026-11-26T12:04:05Z")).toEqual({ text: "Take within 4:05", late: false });
  expect(due("contain", "2026-11-26T13:02:09Z")).toEqual({ text: "Contain within 1:02:09", late: false });
  expect(due("acknowledge", "2026-11-26T11:59:00Z")).toEqual({ text: "Take: 1:00 over", late: true });
  expect(due("contain", "2026-11-23T11:00:00Z")).toEqual({ text: "Contain: 3 days over", late: true });
  expect(due(null, null, "Ada")).toEqual({ text: "with Ada", late: false });
});
