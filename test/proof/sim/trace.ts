import { createHash, type Hash } from "node:crypto";

import type { Logger } from "@/server/infra/log/logger";
import { EPOCH_MS, type Kernel } from "@/test/proof/sim/kernel";

/** What happened in a world, line by line. Two runs of one seed have the same hash, or the simulation is not one. */
export class Trace {
  readonly lines: string[] = [];
  readonly #hash: Hash = createHash("sha256");

  constructor(
    readonly kernel: Kernel,
    readonly keep: boolean,
  ) {}

  add(who: string, what: string): void {
    const seconds = ((this.kernel.nowMs - EPOCH_MS) / 1000).toFixed(3).padStart(9);
    const line = `${seconds}  ${who.padEnd(8)} ${what}`;
    this.#hash.update(`${line}\n`);
    if (this.keep) this.lines.push(line);
  }

  digest(): string {
    return this.#hash.copy().digest("hex").slice(0, 16);
  }

  /** What a worker writes to its log, in the trace. Ids of the database differ from run to run: only words are kept. */
  logger(who: string): Logger {
    const write = (fields: unknown, message?: string) => {
      const call = (fields as { call?: unknown }).call;
      const error = (fields as { error?: unknown }).error;
      const parts = [message ?? String(fields), call, error instanceof Error ? error.message : undefined];
      this.add(who, `log: ${parts.filter((part) => typeof part === "string").join(" · ")}`);
    };
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      warn: write,
      error: write,
      fatal: write,
      child: () => logger,
    };
    return logger;
  }
}
