import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import { endProcess, isRunning, markOf, type ProcessMark } from "./process-identity";
import { isDiskFull, missingLibrary, StartError } from "./sentence";
import type { Account } from "./service-home";

export type Child = Readonly<{
  name: string;
  pid: number;
  logFile: string;
  /** Resolves with one sentence when the process ends, for whatever reason. */
  ended: Promise<string>;
  /** The exit code once it ended (-1 for a signal), undefined while it runs. */
  exitCode: () => number | undefined;
  stop: (signal?: NodeJS.Signals, patienceMs?: number) => Promise<void>;
}>;

type Spawn = {
  name: string;
  command: string;
  args: readonly string[];
  dataDir: string;
  env: NodeJS.ProcessEnv;
  cwd?: string;
  account?: Account;
};

const MAX_LOG_BYTES = 10_000_000;

/**
 * Starts a process of ours: output to DATA_DIR/logs/<name>.log, recorded for a later start to find. It gets a session
 * of its own, because Ctrl-C at the terminal must reach the starter only: it stops the others in the right order.
 */
export async function startChild(what: Spawn): Promise<Child> {
  const logFile = openLog(what.dataDir, what.name);
  const before = statSync(logFile).size;
  const log = openSync(logFile, "a");
  const child = spawn(what.command, what.args, {
    ...what.account,
    cwd: what.cwd ?? process.cwd(),
    env: what.env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const pid = await spawned(child, what);
  const mark = markOf(pid);
  try {
    remember(what.dataDir, what.name, mark);
  } catch (error) {
    // Unrecorded (the disk is full, say) it would outlive us unseen.
    child.kill("SIGKILL");
    throw error;
  }
  let exit: number | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      exit = code ?? -1;
      forget(what.dataDir, what.name);
      resolve(endSentence(what.name, code, signal, logFile, before));
    });
  });
  const stop = async (signal: NodeJS.Signals = "SIGTERM", patienceMs = 10_000) => {
    if (exit === undefined) await endProcess(mark, signal, patienceMs);
    await ended;
  };
  return { name: what.name, pid, logFile, ended, exitCode: () => exit, stop };
}

/** Runs something that ends by itself; throws its sentence when it fails. `started` gives a way to end it early. */
export async function runChild(what: Spawn, started?: (child: Child) => void): Promise<void> {
  const child = await startChild(what);
  started?.(child);
  const sentence = await child.ended;
  if (child.exitCode() !== 0) throw new StartError(sentence);
}

const spawned = (child: ChildProcess, { name, command }: Spawn): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once("error", (error) => {
      const missing = (error as { code?: string }).code === "ENOENT";
      reject(missing ? new StartError(`${name} cannot start: ${command} is not there.`) : error);
    });
    child.once("spawn", () => resolve(child.pid ?? 0));
  });

function endSentence(name: string, code: number | null, signal: string | null, logFile: string, from: number): string {
  const text = readFileSync(logFile).subarray(from).toString("utf8").trimEnd();
  const library = missingLibrary(text);
  if (library) return `${name} cannot start: this machine lacks the library ${library}.`;
  if (isDiskFull(new Error(text))) return `${name} ended because the disk is full.`;
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const last = text.split("\n").at(-1)?.trim().slice(0, 200);
  return `${name} ${how}${last && !signal ? ` (“${last}”)` : ""}; its log is ${logFile}.`;
}

function openLog(dataDir: string, name: string): string {
  const folder = path.join(dataDir, "logs");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${name}.log`);
  if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
  closeSync(openSync(file, "a", 0o600));
  return file;
}

const pidFile = (dataDir: string, name: string) => path.join(dataDir, "pids", `${name}.json`);

function remember(dataDir: string, name: string, mark: ProcessMark): void {
  mkdirSync(path.join(dataDir, "pids"), { recursive: true, mode: 0o700 });
  writeFileSync(pidFile(dataDir, name), JSON.stringify(mark));
}

function forget(dataDir: string, name: string): void {
  // Emptied, not removed: nothing here may fail when reset took the folder away.
  if (existsSync(pidFile(dataDir, name))) writeFileSync(pidFile(dataDir, name), "");
}

/** The process an earlier start recorded under this name, when it still runs. A number that was reused is not it. */
export function leftover(dataDir: string, name: string): ProcessMark | undefined {
  try {
    const mark = JSON.parse(readFileSync(pidFile(dataDir, name), "utf8")) as ProcessMark;
    return isRunning(mark) ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Ends what a start that was killed outright left running. */
export async function endLeftover(dataDir: string, name: string, signal: NodeJS.Signals = "SIGTERM"): Promise<boolean> {
  const mark = leftover(dataDir, name);
  if (!mark) return false;
  await endProcess(mark, signal, 15_000);
  forget(dataDir, name);
  return true;
}
