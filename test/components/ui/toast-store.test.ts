import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { toast, toastStore } from "@/components/ui/toast-store";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

const texts = () => toastStore.get().map(({ text }) => text);

test("what was done last is taken back first, once, and what cannot be taken back stays", () => {
  const taken: string[] = [];
  toast("first", { undo: () => taken.push("first") });
  toast("second", { undo: () => taken.push("second") });
  toast("told only");
  expect(toastStore.undoNewest()).toBe(true);
  expect([taken, texts()]).toEqual([["second"], ["first", "told only"]]);
  expect(toastStore.undoNewest()).toBe(true);
  expect([taken, texts()]).toEqual([["second", "first"], ["told only"]]);
  expect(toastStore.undoNewest()).toBe(false);
  expect(texts()).toEqual(["told only"]);
});

test("after its ten seconds nothing is taken back", () => {
  const undo = vi.fn();
  toast("done", { undo });
  vi.advanceTimersByTime(9_999);
  expect(texts()).toEqual(["done"]);
  vi.advanceTimersByTime(1);
  expect(toastStore.undoNewest()).toBe(false);
  expect(undo).not.toHaveBeenCalled();
});
