import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A process, told apart from a later one that got the same number. */
export type ProcessMark = Readonly<{ pid: number; since: string }>;

/** When the process began, in whatever unit the system counts; undefined when there is no such process. */
function beginning(pid: number): string | undefined {
  if (existsSync("/proc/self/stat")) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name (second field) may hold spaces and brackets: count from its closing one. Field 3 is the state.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export const markOf = (pid: number): ProcessMark => ({ pid, since: beginning(pid) ?? "" });

export const isRunning = (mark: ProcessMark): boolean => mark.since !== "" && beginning(mark.pid) === mark.since;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks a process to end, insists after `patienceMs`, and waits until it is gone. */
export async function endProcess(mark: ProcessMark, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  const send = (which: NodeJS.Signals) => {
    try {
      if (isRunning(mark)) process.kill(mark.pid, which);
    } catch {
      // It ended between the look and the signal.
    }
  };
  send(signal);
  const deadline = Date.now() + patienceMs;
  while (isRunning(mark)) {
    if (Date.now() > deadline) send("SIGKILL");
    if (Date.now() > deadline + 5_000) return;
    await sleep(20);
  }
}
