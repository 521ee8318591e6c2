/**
 * `npm test`: installs what is missing, runs the lanes, and ends with one line of totals. Telephones mostly wait, so the unit lane
 * runs beside them, and gives way.
 * Plain Node without dependencies, because it is what installs them. Lanes by argument; none means all.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { installMissing } from "./lanes/install.mjs";
import { laneNames, rounds, runLane } from "./lanes/lanes.mjs";
import { leftBehind, serviceHomes } from "./lanes/left-behind.mjs";
import { isStopping, output, say, stopRunning } from "./lanes/program.mjs";
import { closingLine, failedLane, sum } from "./lanes/totals.mjs";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !laneNames.includes(name));
if (unknown.length > 0) {
  console.error(`There is no lane ${unknown.join(", ")}; there are ${laneNames.join(", ")}.`);
  process.exit(2);
}
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
const lanes = laneNames.filter(isWanted);

// Every temporary folder of every test goes in here, so that nothing is left on the machine.
const scratch = mkdtempSync(path.join(os.tmpdir(), "ringfence-test-"));
// Started by root, the servers run under other accounts, which must pass through here.
chmodSync(scratch, 0o755);
const memory = folderInMemory();
mkdirSync(output, { recursive: true });
process.env.TMPDIR = scratch;
process.env.RINGFENCE_TEST_RUN = scratch;
if (memory) process.env.RINGFENCE_TEST_MEMORY = memory;
process.chdir(path.resolve(import.meta.dirname, ".."));
// Asterisk is unpacked once, for `npm start` and for every lane.
process.env.RINGFENCE_CACHE ??= path.resolve(".data/cache");

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void end(signal));

const totals = [];
try {
  await installMissing(lanes);
  for (const round of rounds.map((names) => names.filter(isWanted)).filter((names) => names.length > 0)) {
    if (isStopping()) break;
    totals.push(...(await Promise.all(round.map((name) => runLane(name)))));
    if (!isStopping()) totals.push(await stragglers(round.join(" and ")));
  }
} catch (error) {
  if (!isStopping()) {
    say(error instanceof Error ? error.message : String(error));
    totals.push(failedLane());
  }
} finally {
  await cleanUp();
}
const total = sum(totals);
console.log(closingLine(total));
process.exitCode = isStopping() ? 130 : total.failed > 0 ? 1 : 0;

/** Lanes that leave a process running have failed: the next start would trip over it. */
async function stragglers(lanes) {
  const names = await leftBehind(scratch);
  if (names.length > 0) say(`${lanes}: FAILED, left running (now ended): ${names.join(", ")}`);
  return { passed: 0, failed: names.length };
}

/** A folder that is no disk, for the databases of the unit lane; undefined where the machine has not several times what they need. */
function folderInMemory() {
  const room = 4 * 2 ** 30;
  if (!existsSync("/dev/shm") || os.freemem() < 2 * room) return undefined;
  const { bavail, bsize } = statfsSync("/dev/shm");
  if (bavail * bsize < room) return undefined;
  const folder = mkdtempSync("/dev/shm/ringfence-test-");
  chmodSync(folder, 0o755);
  return folder;
}

async function end(signal) {
  if (isStopping()) return;
  say(`${signal}: stopping`);
  await stopRunning();
}

async function cleanUp() {
  await leftBehind(scratch);
  const folders = [...serviceHomes(scratch), scratch, ...(memory ? [memory] : [])];
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
