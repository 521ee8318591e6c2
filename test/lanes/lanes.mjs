import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { isStopping, output, run, say } from "./program.mjs";
import { failedLane, fromPlaywright, fromVitest, sum } from "./totals.mjs";

const bin = (name) => path.join("node_modules/.bin", name);

/** A third of what a telephone gets. Less, and a second of a test's patience would be a few milliseconds of the processor. */
const GIVES_WAY = 5;

const lanes = { check, unit: () => vitest("unit", GIVES_WAY), pbx: () => vitest("pbx"), browser };

export const laneNames = Object.keys(lanes);

/**
 * What runs at the same time. Telephones ring and mostly wait, so the unit lane fills what they leave; they come first, since their
 * calls go on by the clock. A browser beside both saves some minutes of forty, and finds a machine that stands still for seconds.
 */
export const rounds = [["check"], ["pbx", "unit"], ["browser"]];

/** Runs one lane and says how it went; what failed is printed in full. */
export async function runLane(name) {
  const began = Date.now();
  say(`${name} …`);
  const total = await lanes[name]();
  const verdict =
    total.failed > 0 ? `FAILED (${total.failed} of ${total.passed + total.failed})` : `${total.passed} passed`;
  say(`${name}: ${verdict} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return total;
}

/** Format, lint, types, import direction, dead code: each counts as one test. Two at a time, for two cores. */
async function check() {
  // Next writes the types of its routes; a fresh clone has none, and the compiler would miss them.
  await step("next typegen", "next", ["typegen"]);
  const compiler = step("types", "tsc", ["--noEmit"]);
  const others = [];
  others.push(await step("format and lint", "biome", ["check", "--max-diagnostics=200", "--error-on-warnings"]));
  others.push(
    await step("import direction", "depcruise", [
      ...["--config", "test/architecture/dependencies.cjs", "--output-type", "err-long"],
      ...["app", "components", "server", "workers", "proxy.ts", "instrumentation.ts"],
    ]),
  );
  others.push(await step("dead code", "knip", ["--config", "test/architecture/knip.json"]));
  return sum([...others, await compiler]);
}

async function step(name, program, args) {
  const { code, log } = await run(`check-${program}`, bin(program), args);
  if (code === 0) return { passed: 1, failed: 0 };
  show(name, log);
  return failedLane();
}

async function vitest(project, priority) {
  const report = path.join(output, `${project}.json`);
  rmSync(report, { force: true });
  const args = [
    ...["run", "--config", "test/vitest.config.ts", "--project", project],
    ...["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`],
  ];
  const { code, log } = await run(project, bin("vitest"), args, { priority });
  return judged(project, code, log, report, fromVitest);
}

async function browser() {
  const report = path.join(output, "browser.json");
  rmSync(report, { force: true });
  const args = ["test", "--config", "test/e2e/playwright.config.ts"];
  const { code, log } = await run("browser", bin("playwright"), args, {
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    priority: GIVES_WAY,
  });
  return judged("browser", code, log, report, fromPlaywright);
}

function judged(name, code, log, report, count) {
  const counted = existsSync(report) ? count(JSON.parse(readFileSync(report, "utf8"))) : failedLane();
  // A runner that counts no failure and still exits with one (a broken teardown, say) has failed.
  const total = counted.failed === 0 && code !== 0 ? { ...counted, failed: 1 } : counted;
  if (total.failed > 0) show(name, log);
  return total;
}

function show(name, log) {
  if (isStopping()) return;
  console.log(`\n──── ${name}, in full ${"─".repeat(Math.max(0, 96 - name.length))}`);
  console.log(readFileSync(log, "utf8").trimEnd());
  console.log(`${"─".repeat(110)}\n`);
}
