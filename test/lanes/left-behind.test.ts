import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { leftBehind, serviceHomes } from "./left-behind.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ringfence-left-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const waits = "process.stdout.write('up'); setInterval(() => {}, 1000);";

/** A process that outlives its parent's interest, with the folder in one of the places where it can be told by. */
async function straggler(args: readonly string[], options: { cwd?: string; env?: Record<string, string> }) {
  const env = { NODE_ENV: "test" as const, PATH: process.env["PATH"], ...options.env };
  const child = spawn(process.execPath, ["-e", waits, ...args], { ...options, env, detached: true });
  await once(child.stdout, "data");
  return child;
}

test.each([
  ["its arguments", (at: string) => straggler([at], {})],
  ["its environment", (at: string) => straggler([], { env: { DATA: at } })],
  ["where it stands", (at: string) => straggler([], { cwd: at })],
])("a process left running is found by %s and ended, and nobody else is", async (_, start) => {
  const bystander = await straggler([], {});
  const child = await start(folder);
  const ended = once(child, "exit");
  expect(await leftBehind(folder)).toEqual([`node (${child.pid})`]);
  await ended;
  expect(await leftBehind(folder)).toEqual([]);
  expect(bystander.exitCode).toBeNull();
  bystander.kill();
});

test("a server that keeps its files elsewhere is found by the note about it", async () => {
  mkdirSync(path.join(folder, "data"));
  chmodSync(path.join(folder, "data"), 0o700);
  const home = "/var/lib/ringfence-of-no-test";
  writeFileSync(path.join(folder, "data/service-home"), `${home}\n`);
  expect(serviceHomes(folder)).toEqual([home]);
  const child = await straggler([`${home}/pg`], {});
  expect(await leftBehind(folder)).toEqual([`node (${child.pid})`]);
});

test("a note that names another place is not believed", () => {
  writeFileSync(path.join(folder, "service-home"), "/");
  expect(serviceHomes(folder)).toEqual([]);
});
