/**
 * `node test/lanes/alone.mjs <script> [arguments]`: runs a long script of ours (a bench, a proof, the gallery) so that nothing of it
 * stays behind, however it ends: its temporary folder goes, and so does every server that it started there.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { leftBehind, serviceHomes } from "./left-behind.mjs";

const scratch = mkdtempSync(path.join(os.tmpdir(), "ringfence-alone-"));
// Started by root, the servers run under other accounts, which must pass through here.
chmodSync(scratch, 0o755);
const child = spawn(process.execPath, ["--import", "tsx", ...process.argv.slice(2)], {
  cwd: path.resolve(import.meta.dirname, "../.."),
  env: { ...process.env, TMPDIR: scratch, RINGFENCE_TEST_RUN: scratch },
  stdio: "inherit",
});
// A terminal tells both of us; whoever tells only this one means both.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
const code = await new Promise((resolve) => {
  child.once("error", (error) => {
    console.error(error.message);
    resolve(1);
  });
  child.once("close", (status, signal) => resolve(signal ? 130 : status));
});
const homes = serviceHomes(scratch);
await leftBehind(scratch);
for (const folder of [...homes, scratch]) rmSync(folder, { recursive: true, force: true });
process.exitCode = code;
