import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { inTurn, lockDataDir } from "@/server/embedded/start-lock";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ringfence-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a second start on the same folder is told who is there, and may go on once that one let go", () => {
  const release = lockDataDir(folder);
  expect(() => lockDataDir(folder)).toThrow(`Another start (process ${process.pid}) already uses ${folder}`);
  release();
  lockDataDir(folder)();
});

test.each([
  "",
  "{",
  JSON.stringify({ pid: process.pid, since: "another time" }),
  JSON.stringify({ pid: 1, since: "" }),
])("a lock left behind does not count (%j)", (content) => {
  writeFileSync(path.join(folder, "start.lock"), content);
  lockDataDir(folder)();
});

test("work in turn never overlaps, and a failure lets the next one in", async () => {
  let inside = 0;
  const one = async (fails: boolean) => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside -= 1;
    if (fails) throw new Error("failed");
  };
  const file = path.join(folder, "turn.lock");
  const results = await Promise.allSettled([false, true, false].map((fails) => inTurn(file, () => one(fails))));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
