import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

import { lockDataDir } from "@/server/embedded/start-lock";

const run = promisify(execFile);
const script = path.resolve("server/embedded/reset.mjs");
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-reset-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const reset = (...args: string[]) =>
  run(process.execPath, [script, ...args], { env: { ...process.env, DATA_DIR: dataDir } });

function fill(): void {
  for (const name of ["pg", "redis", "logs", "cache"]) {
    mkdirSync(path.join(dataDir, name));
    writeFileSync(path.join(dataDir, name, "something"), "x");
  }
  writeFileSync(path.join(dataDir, "secrets.json"), "{}");
}

test("empties the folder and keeps what was only downloaded", async () => {
  fill();
  expect((await reset()).stdout).toContain("is empty (downloads kept");
  expect(readdirSync(dataDir)).toEqual(["cache"]);
  await reset("--cache");
  expect(readdirSync(dataDir)).toEqual([]);
  await reset();
});

test("refuses while a start uses it", async () => {
  fill();
  const release = lockDataDir(dataDir);
  await expect(reset()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Process ${process.pid} uses`),
  });
  release();
  expect(existsSync(path.join(dataDir, "pg"))).toBe(true);
});

test("leaves a folder alone that is not ours", async () => {
  writeFileSync(path.join(dataDir, "thesis.txt"), "precious");
  await expect(reset()).rejects.toMatchObject({ stderr: expect.stringContaining("does not look like a data folder") });
  expect(readdirSync(dataDir)).toEqual(["thesis.txt"]);
});
