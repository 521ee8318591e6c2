import { spawn } from "node:child_process";
import { createWriteStream, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Logs, reports, screenshots: all of it git-ignored. */
export const output = path.resolve(import.meta.dirname, "../.output");

const began = Date.now();
const running = new Set();
let stopping = false;

/** Whether somebody asked this run to end: what fails from then on says nothing. */
export const isStopping = () => stopping;

/** One progress line, with the time since the start. */
export function say(line) {
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}  ${line}`);
}

/**
 * Runs a program in a process group of its own, output to test/.output/<name>.log: Ctrl-C reaches this runner only,
 * which then stops the whole group. With a lower `priority` it takes of the processor what others leave. Resolves with
 * the exit code (1 when a signal ended it) and the log's path.
 */
export function run(name, command, args, { env = {}, priority } = {}) {
  const log = path.join(output, `${name}.log`);
  const file = createWriteStream(log);
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", ...env },
  });
  running.add(child);
  if (priority !== undefined) giveWay(child.pid, priority);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  return new Promise((resolve) => {
    const done = (code) => {
      running.delete(child);
      file.end(() => resolve({ code, log }));
    };
    child.once("error", (error) => {
      file.write(`${command} did not start: ${error.message}\n`);
      done(1);
    });
    child.once("close", (code) => done(code ?? 1));
  });
}

/**
 * Before it has children: they inherit it. A program that has ended already needs no priority. Linux may weigh whole sessions
 * against each other, and priorities only within one: then the session is told.
 */
function giveWay(pid, priority) {
  try {
    if (!pid) return;
    os.setPriority(pid, priority);
    writeFileSync(`/proc/${pid}/autogroup`, String(priority));
  } catch {
    // It did not start, of which its error event tells, or this system knows no weights of sessions.
  }
}

/** Asks every running group to end, insists after a while, and waits for it. */
export async function stopRunning() {
  stopping = true;
  for (const [signal, patienceMs] of [
    ["SIGINT", 15_000],
    ["SIGTERM", 5_000],
    ["SIGKILL", 5_000],
  ]) {
    for (const child of running) signalGroup(child.pid, signal);
    const deadline = Date.now() + patienceMs;
    while (running.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    if (running.size === 0) return;
  }
}

function signalGroup(pid, signal) {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}
