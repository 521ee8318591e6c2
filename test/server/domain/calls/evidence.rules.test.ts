import { expect, test } from "vitest";

import { judge, type Known } from "@/server/domain/calls/evidence.rules";

const start = 1_795_357_225_000;
const known = (changes: Partial<Known>): Known => ({
  state: "authorised",
  heldMicros: 62_500n,
  startedAtMs: start,
  answeredAtMs: undefined,
  lastSeenAtMs: start,
  grantedSeconds: 300,
  watchedSinceMs: undefined,
  bootedAtMs: undefined,
  missingMs: 10_000,
  ...changes,
});
const answered = (changes: Partial<Known> = {}) =>
  known({ state: "answered", answeredAtMs: start + 2_000, lastSeenAtMs: start + 62_000, ...changes });

test("better evidence gets a moment to arrive", () => {
  expect(judge(answered({ missingMs: 1_000 }))).toEqual({ act: "wait" });
});

test("an answered call is charged for the time it was seen, and the rest is told", () => {
  expect(judge(answered())).toMatchObject({
    act: "settle",
    talkMs: 60_000,
    endedAtMs: start + 62_000,
    unprovenMs: 240_000,
  });
});

test("nobody is charged for more than was held, or for less than nothing", () => {
  expect(judge(answered({ lastSeenAtMs: start + 900_000 }))).toMatchObject({ talkMs: 300_000, unprovenMs: 0 });
  expect(judge(answered({ lastSeenAtMs: start }))).toMatchObject({ talkMs: 0, unprovenMs: 300_000 });
});

test("money of an unanswered call is released only on proof that no second was answered", () => {
  expect(judge(known({}))).toMatchObject({ act: "list" });
  expect(judge(known({ bootedAtMs: start + 5_000 }))).toMatchObject({
    act: "list",
    because: "the PBX was restarted in between",
  });
  expect(judge(known({ watchedSinceMs: start + 1 }))).toMatchObject({ act: "list" });
  expect(judge(known({ watchedSinceMs: start - 1 }))).toMatchObject({ act: "settle", talkMs: 0 });
});

test("a call that holds no money needs no proof", () => {
  expect(judge(known({ heldMicros: 0n }))).toMatchObject({ act: "settle", talkMs: 0 });
});
