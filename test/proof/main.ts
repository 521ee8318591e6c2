/**
 * `npm run proof`: lives through worlds, one per seed.
 *   -- --seeds 10000 [--from 1]   many, with progress; Ctrl-C ends it and says how to go on
 *      [--least 1000]            fails as well when all of them were slower than so many times real time
 *   -- --seed 42 [--trace]        one, with all that happened in it
 *   -- --stress                   a thousand real calls at once, and kill -9 among them
 */
import { parseArgs } from "node:util";

import { type Result, Simulation } from "@/test/proof/sim/simulate";
import { slowness, summaryOf, Tally } from "@/test/proof/sim/tally";
import { unsound } from "@/test/proof/stress/books";
import { stress } from "@/test/proof/stress/stress";
import { copyTemplate } from "@/test/support/template-copy";
import { startTemplateServer } from "@/test/support/template-server";

const TELL_EVERY_MS = 5_000;

function readArguments() {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "200" },
      from: { type: "string", default: "1" },
      seed: { type: "string" },
      trace: { type: "boolean", default: false },
      stress: { type: "boolean", default: false },
      least: { type: "string", default: "0" },
    },
  });
  const number = (name: string, text: string) => {
    if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number, not "${text}"`);
    return Number(text);
  };
  const one = values.seed === undefined ? undefined : number("seed", values.seed);
  const from = one ?? number("from", values.from);
  return {
    from,
    count: one === undefined ? number("seeds", values.seeds) : 1,
    trace: values.trace,
    stress: values.stress,
    least: number("least", values.least),
  };
}

let stopped = false;
process.once("SIGINT", () => {
  stopped = true;
});

async function main(): Promise<number> {
  const { from, count, trace, stress: stressed, least } = readArguments();
  if (stressed) return stressInFull();
  const server = await startTemplateServer();
  const db = await copyTemplate(server.adminUrl);
  const simulation = await Simulation.open(db);
  const tally = new Tally();
  let toldAt = performance.now();
  let seed = from;
  for (; seed < from + count && !stopped; seed += 1) {
    const result = await simulation.run(seed, { trace });
    tally.add(result);
    tell(result, trace);
    if (performance.now() - toldAt > TELL_EVERY_MS) {
      toldAt = performance.now();
      console.log(`${seed - from + 1} of ${count}: ${summaryOf(tally)}`);
    }
  }
  await simulation.close();
  await db.drop();
  await server.stop();
  console.log(summaryOf(tally));
  if (stopped) console.log(`Interrupted. Go on with: npm run proof -- --from ${seed} --seeds ${from + count - seed}`);
  const slow = slowness(tally, least);
  if (slow !== undefined) console.log(slow);
  return tally.failed.length > 0 || slow !== undefined ? 1 : 0;
}

async function stressInFull(): Promise<number> {
  const began = performance.now();
  const size = { calls: 1_000, processes: 4, processKills: 8, postgresKills: 3, seed: Date.now() % 1_000_000 };
  const { problems, ...sums } = await stress(size, (what) => console.log(what));
  console.log(
    Object.entries({ ...size, ...sums })
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );
  const wrong = unsound({ problems, ...sums });
  console.log(
    wrong.length === 0 ? "Not a micro is lost" : wrong.join("; "),
    `(${Math.round((performance.now() - began) / 1000)} s).`,
  );
  return wrong.length === 0 ? 0 : 1;
}

function tell({ seed, violation, lines, digest }: Result, trace: boolean): void {
  if (trace) console.log(`${lines.join("\n")}\nseed ${seed}, trace ${digest}`);
  if (violation !== undefined) {
    console.log(`seed ${seed}: ${violation}\n  replay it with: npm run proof -- --seed ${seed} --trace`);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
