/** `npm run reset`: empties the data folder, except for what was only downloaded. Refuses while a start uses it. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

process.chdir(path.resolve(import.meta.dirname, "../.."));
const dataDir = path.resolve(process.env.DATA_DIR || ".data");
const everything = process.argv.includes("--cache");

const holder = readJson(path.join(dataDir, "start.lock"));
if (holder && isRunning(holder)) {
  console.error(`Process ${holder.pid} uses ${dataDir}: stop it first (Ctrl-C), then reset.`);
  process.exit(1);
}
const ours = ["pids", "pg", "pg.secret", "secrets.json", "logs", "start.lock", "cache"];
const strangers =
  existsSync(dataDir) && readdirSync(dataDir).length > 0 && !ours.some((name) => existsSync(path.join(dataDir, name)));
if (strangers) {
  console.error(`${dataDir} does not look like a data folder of Ringfence; nothing was removed.`);
  process.exit(1);
}
const pids = path.join(dataDir, "pids");
for (const file of existsSync(pids) ? readdirSync(pids) : []) {
  const mark = readJson(path.join(pids, file));
  if (mark && isRunning(mark)) endHard(mark.pid);
}
const home = serviceHome();
for (const folder of [home, dataDir].filter((name) => name && existsSync(name))) {
  for (const name of readdirSync(folder)) {
    if (name !== "cache" || everything) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  if (folder === home && readdirSync(home).length === 0) rmSync(home, { recursive: true });
}
console.log(`${dataDir} is empty${everything ? "" : " (downloads kept; npm run reset -- --cache removes them too)"}.`);

/** Where services of root keep their files when the checkout lies below a closed folder. */
function serviceHome() {
  const note = path.join(dataDir, "service-home");
  const home = existsSync(note) ? readFileSync(note, "utf8").trim() : "";
  return home.startsWith("/var/lib/ringfence-") ? home : "";
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** The same process, not a later one with its number. Without /proc only a living number can be seen. */
function isRunning({ pid, since }) {
  try {
    if (!existsSync("/proc/self/stat")) return process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] === since;
  } catch {
    return false;
  }
}

function endHard(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
