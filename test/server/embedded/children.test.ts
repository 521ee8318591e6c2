import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Child, endLeftover, leftover, runChild, startChild } from "@/server/embedded/children";

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-children-"));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const node = (script: string) => ({
  name: "child",
  command: process.execPath,
  args: ["-e", script],
  dataDir,
  env: { PATH: process.env["PATH"], NODE_ENV: process.env.NODE_ENV },
});

test("a child that dies says how, with the last line of its log", async () => {
  const child = await startChild(node("console.error('the last word'); process.exit(3)"));
  expect(await child.ended).toMatch(/^child ended with code 3 \(“the last word”\); its log is .*child\.log\.$/);
  expect(child.exitCode()).toBe(3);
});

test.each([
  [
    "error while loading shared libraries: libfoo.so.2: cannot open",
    "child cannot start: this machine lacks the library libfoo.so.2.",
  ],
  ["could not extend file: No space left on device", "child ended because the disk is full."],
])("a child that says “%s” is one plain sentence", async (words, sentence) => {
  await expect(runChild(node(`console.error(${JSON.stringify(words)}); process.exit(1)`))).rejects.toThrow(sentence);
});

test("a program that is not there is one plain sentence", async () => {
  await expect(startChild({ ...node(""), command: "/no/such/program" })).rejects.toThrow(
    "/no/such/program is not there",
  );
});

test("one that does not listen is ended all the same", async () => {
  const child = await startChild(
    node("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  await child.stop("SIGTERM", 200);
  expect(child.exitCode()).toBe(-1);
});

test("what a killed start left running is found by its mark, and ended", async () => {
  const child: Child = await startChild(node("setInterval(() => {}, 1000)"));
  expect(leftover(dataDir, "child")?.pid).toBe(child.pid);
  expect(await endLeftover(dataDir, "child")).toBe(true);
  await child.ended;
  expect(leftover(dataDir, "child")).toBeUndefined();
  expect(await endLeftover(dataDir, "child")).toBe(false);
});
