import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { eventually } from "@/test/support/eventually";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ringfence-alone-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a server that nobody stops, says where it works, and then does as asked. */
const script = (then: string) => `
  import { spawn } from "node:child_process";
  import { tmpdir } from "node:os";
  const server = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  console.log(JSON.stringify({ pid: server.pid, folder: tmpdir() }));
  ${then}`;

async function started(then: string) {
  const file = path.join(folder, "script.ts");
  writeFileSync(file, script(then));
  const alone = spawn(process.execPath, [path.join(import.meta.dirname, "alone.mjs"), file]);
  const ended = once(alone, "close");
  const [said] = await once(alone.stdout, "data");
  return { alone, ended, ...(JSON.parse(String(said)) as { pid: number; folder: string }) };
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

test("a script that fails ends with its own number, and its server and its files go", async () => {
  const { ended, pid, folder: at } = await started("process.exit(3);");
  expect(await ended).toEqual([3, null]);
  await eventually(() => expect(isAlive(pid)).toBe(false));
  expect(existsSync(at)).toBe(false);
});

test("so they do when somebody stops it in the middle", async () => {
  const { alone, ended, pid, folder: at } = await started("setInterval(() => {}, 1000);");
  expect([isAlive(pid), existsSync(at)]).toEqual([true, true]);
  alone.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  await eventually(() => expect(isAlive(pid)).toBe(false));
  expect(existsSync(at)).toBe(false);
});
