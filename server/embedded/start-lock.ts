import { mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

import { isRunning, markOf, type ProcessMark, sleep } from "./process-identity";
import { StartError } from "./sentence";

/** Held by one process at a time; a holder that died without letting go does not count. Undefined when somebody has it. */
function tryLock(file: string): (() => void) | ProcessMark {
  mkdirSync(path.dirname(file), { recursive: true });
  for (;;) {
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, JSON.stringify(markOf(process.pid)));
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
    const holder = holderOf(file);
    if (holder && isRunning(holder)) return holder;
    rmSync(file, { force: true });
  }
}

function holderOf(file: string): ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessMark;
  } catch {
    return undefined;
  }
}

/** One start per data folder. */
export function lockDataDir(dataDir: string): () => void {
  const lock = tryLock(path.join(dataDir, "start.lock"));
  if (typeof lock === "function") return lock;
  throw new StartError(
    `Another start (process ${lock.pid}) already uses ${dataDir}: stop it, or set DATA_DIR to another folder (and PORT, SIP_PORT, CALL_CONTROL_PORT).`,
  );
}

/** Runs `work` while no other process does the same; waits for its turn until it is told to stop. */
export async function inTurn<T>(file: string, work: () => Promise<T>, abort?: AbortSignal): Promise<T> {
  for (;;) {
    abort?.throwIfAborted();
    const lock = tryLock(file);
    if (typeof lock === "function") {
      try {
        return await work();
      } finally {
        lock();
      }
    }
    await sleep(200);
  }
}
