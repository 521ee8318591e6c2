import { Client } from "pg";

import { clearBooks, prepareBooks, readBooks } from "@/test/proof/sim/books";
import { EPOCH_MS, installClock, Kernel } from "@/test/proof/sim/kernel";
import { planWorld } from "@/test/proof/sim/plan";
import { Random } from "@/test/proof/sim/random";
import { Trace } from "@/test/proof/sim/trace";
import { judgeWorld, type Outcome } from "@/test/proof/sim/verdict";
import { Violation } from "@/test/proof/sim/violation";
import { World } from "@/test/proof/sim/world";

export type Result = Readonly<{
  seed: number;
  /** What was found that must not be. */
  violation: string | undefined;
  /** Of everything that happened, in order. */
  digest: string;
  lines: readonly string[];
  virtualMs: number;
  realMs: number;
  statements: number;
  steps: number;
  outcome: Outcome | undefined;
}>;

/** Long enough for what is on its way, for retries, and for what reconciliation is patient about. */
const QUIET_MS = 100_000;
const VACUUM_EVERY = 20;

/** Runs worlds one after the other in a database of its own, which it empties between them. */
export class Simulation {
  #runs = 0;

  private constructor(
    readonly app: Client,
    readonly owner: Client,
  ) {}

  static async open(urls: Readonly<{ appUrl: string; ownerUrl: string }>): Promise<Simulation> {
    const app = new Client({ connectionString: urls.appUrl });
    const owner = new Client({ connectionString: urls.ownerUrl });
    await Promise.all([app.connect(), owner.connect()]);
    await prepareBooks(owner);
    return new Simulation(app, owner);
  }

  async close(): Promise<void> {
    await Promise.all([this.app.end(), this.owner.end()]);
  }

  async run(seed: number, options: Readonly<{ trace?: boolean }> = {}): Promise<Result> {
    await clearBooks(this.owner);
    this.#runs += 1;
    if (this.#runs % VACUUM_EVERY === 0)
      await this.owner.query("VACUUM wallet, hold, call, ledger_entry, ledger_transaction, tenant");
    const random = new Random(seed);
    const kernel = new Kernel();
    const trace = new Trace(kernel, options.trace === true);
    const plan = planWorld(seed, random.fork("plan"));
    const world = new World({ kernel, plan, random, trace, app: this.app, owner: this.owner });
    const began = performance.now();
    const restore = installClock(kernel);
    let violation: string | undefined;
    let outcome: Outcome | undefined;
    try {
      outcome = await live(world, plan.quietMs, this.owner);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error.message;
      trace.add("VIOLATED", violation);
    } finally {
      restore();
    }
    return {
      seed,
      violation,
      digest: trace.digest(),
      lines: trace.lines,
      virtualMs: kernel.nowMs - EPOCH_MS,
      realMs: performance.now() - began,
      statements: world.database.queries,
      steps: kernel.steps,
      outcome,
    };
  }
}

async function live(world: World, quietMs: number, owner: Client): Promise<Outcome> {
  const { kernel } = world.parts;
  const look = () => world.look();
  await world.begin();
  await kernel.runUntil(quietMs, look);
  world.calmDown();
  await kernel.runUntil(quietMs + QUIET_MS, look);
  world.reconcile();
  await kernel.runUntil(quietMs + QUIET_MS + 5_000, look);
  const { problems } = await readBooks(owner, true);
  if (problems[0] !== undefined) throw new Violation(problems[0]);
  return judgeWorld(world, owner);
}
