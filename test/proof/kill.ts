/**
 * Runs proofs on the code beside it, in a process of its own: for code that was changed on purpose. The quick ones, or the
 * one file of tests that is named.
 */
import path from "node:path";

import { startVitest } from "vitest/node";

import { Simulation } from "@/test/proof/sim/simulate";
import { firstFailure } from "@/test/proof/suite";
import { copyTemplate } from "@/test/support/template-copy";

const [adminUrl = "", seeds = "40", story] = process.argv.slice(2);

async function main(): Promise<void> {
  const failure = await (story === undefined ? failureOfProofs() : failureOfStory(story));
  console.log(failure === undefined ? "HELD" : `FAILED ${failure}`);
}

async function failureOfProofs(): Promise<string | undefined> {
  const db = await copyTemplate(adminUrl);
  try {
    const simulation = await Simulation.open(db);
    const failure = await firstFailure(db, simulation, Number(seeds));
    await simulation.close();
    return failure;
  } finally {
    await db.drop();
  }
}

/** @returns the first test of this file that failed. @throws when none could be run: that would prove nothing. */
async function failureOfStory(file: string): Promise<string | undefined> {
  const root = process.cwd();
  const vitest = await startVitest(
    "test",
    [file],
    {
      root,
      config: false,
      run: true,
      watch: false,
      reporters: [{}],
      provide: { adminUrl },
      // On a busy machine nothing is late: that would count as a fault that was noticed. The first that fails is enough.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 60_000, interval: 20 } },
      bail: 1,
    },
    { resolve: aliases(root) },
  );
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
  const failed = tests.find((test) => test.result().state === "failed");
  if (tests.length === 0) throw new Error(`there are no tests in ${file}`);
  await vitest.close();
  return failed && `"${failed.name}" of ${file}`;
}

const aliases = (root: string) => ({
  alias: { "@": root, "server-only": path.join(root, "node_modules/server-only/empty.js") },
});

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
