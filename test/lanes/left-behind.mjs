import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** How deep below the run's folder a service may note that its files are elsewhere. */
const DEPTH = 3;

/**
 * Ends the processes that a lane's tests started and did not stop, and names them. Found by the folder that this run
 * gave them: in their command line (PostgreSQL and Asterisk get paths below it), their environment or as where they stand.
 */
export async function leftBehind(scratch) {
  const found = processesOf([scratch, ...serviceHomes(scratch)]);
  for (const [signal, patienceMs] of [
    ["SIGTERM", 3_000],
    ["SIGKILL", 2_000],
  ]) {
    const alive = found.filter(({ pid, since }) => birthOf(pid) === since);
    if (alive.length === 0) break;
    for (const { pid } of alive) endQuietly(pid, signal);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline && alive.some(({ pid, since }) => birthOf(pid) === since)) await sleep(50);
  }
  return found.map(({ pid, name }) => `${name} (${pid})`);
}

/** Started by root, services below a closed folder keep their files elsewhere, and note where. */
export function serviceHomes(folder, depth = DEPTH) {
  return readdirOrNothing(folder).flatMap((name) => {
    const below = path.join(folder, name);
    if (name === "service-home")
      return [readOrNothing(below).trim()].filter((home) => home.startsWith("/var/lib/ringfence-"));
    return depth > 0 ? serviceHomes(below, depth - 1) : [];
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function processesOf(folders) {
  const pids = readdirOrNothing("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((name) => {
    const pid = Number(name);
    const told = [readOrNothing(`/proc/${pid}/cmdline`), readOrNothing(`/proc/${pid}/environ`), placeOf(pid)];
    const mine = folders.some((folder) => told.some((text) => text.includes(folder)));
    const since = birthOf(pid);
    return mine && since ? [{ pid, since, name: readOrNothing(`/proc/${pid}/comm`).trim() }] : [];
  });
}

/** When the process began, so that a number that was reused is not taken for it; undefined when it is gone. */
function birthOf(pid) {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

function endQuietly(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

function readOrNothing(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function placeOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

function readdirOrNothing(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
