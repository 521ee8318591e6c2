import { expect, test } from "vitest";

import { endingOf, microphoneProblem, qualityWord } from "@/components/phone/phone-words";

test.each([
  ["NotAllowedError", "The browser may not use the microphone."],
  ["NotFoundError", "No microphone was found."],
  ["NotReadableError", "The microphone is in use or does not answer."],
])("%s is told so that somebody can mend it", (name, title) => {
  const problem = microphoneProblem(new DOMException("", name));
  expect(problem.title).toBe(title);
  expect(problem.next).not.toBe("");
});

test("a page without a microphone at all says where it would have one", () => {
  expect(microphoneProblem(new Error("none")).next).toContain("https://");
});

test("an ending is told by the telephone system's answer, else by what the phone noticed, else not at all", () => {
  expect(endingOf(486, "Busy")?.title).toBe("The line is busy.");
  expect(endingOf(402, "SIP Failure Code")?.title).toBe("The call was refused.");
  expect(endingOf(undefined, "Connection Error")?.title).toBe("The connection was lost.");
  expect(endingOf(undefined, "Terminated")).toBeUndefined();
});

test("the voice is as good as its worst figure", () => {
  expect(qualityWord({ rttMs: 20, jitterMs: 2, lostPercent: 0 })).toBe("Good");
  expect(qualityWord({ rttMs: 250, jitterMs: 2, lostPercent: 0 })).toBe("Fair");
  expect(qualityWord({ rttMs: 20, jitterMs: 2, lostPercent: 8 })).toBe("Poor");
  expect(qualityWord({ rttMs: undefined, jitterMs: 60, lostPercent: 0 })).toBe("Poor");
});
