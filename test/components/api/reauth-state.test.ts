import { expect, test } from "vitest";

import { reauthState } from "@/components/api/reauth-state";

test("where no dialog listens, the refusal stands", async () => {
  expect(await reauthState.ask()).toBe(false);
});

test("one answer is for everything that waits, and each question is a new one", async () => {
  const leave = reauthState.subscribe(() => {});
  const both = Promise.all([reauthState.ask(), reauthState.ask()]);
  expect(reauthState.isAsked()).toBe(true);
  reauthState.shown();
  expect(await both).toEqual([true, true]);
  expect(reauthState.isAsked()).toBe(false);
  const declined = reauthState.ask();
  reauthState.refused();
  expect(await declined).toBe(false);
  const left = reauthState.ask();
  leave();
  expect(await left).toBe(false);
});
