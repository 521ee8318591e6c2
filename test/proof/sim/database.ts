import type { Client, QueryResultRow } from "pg";

import type { SqlPool } from "@/server/infra/db/pool";
import type { Host, Kernel } from "@/test/proof/sim/kernel";
import type { Random } from "@/test/proof/sim/random";
import type { Trace } from "@/test/proof/sim/trace";
import { Violation } from "@/test/proof/sim/violation";

export type QueryFaults = Readonly<{
  /** The connection breaks before the statement arrives, of a thousand. */
  lost: number;
  /** The statement is done and its answer is lost, of a thousand. */
  answerLost: number;
  /** Chosen by the database as the victim of a deadlock, of a thousand. */
  deadlock: number;
  /** The slowest way there or back. */
  slowMs: number;
}>;

/** Statements that move money, hold it or price it: after each the books are looked at. */
const MOVES = new Set([
  ...[
    "call_authorise",
    "calls_authorise",
    "call_authorise_inbound",
    "call_answered",
    "call_renew",
    "call_settle",
    "calls_settle",
  ],
  ...["call_record_unheld", "call_record_unheld_inbound"],
]);
const SHOWN = new Set([...MOVES, "calls_seen"]);

const broken = (message: string, code: string) => Object.assign(new Error(message), { code });

/**
 * The way from the processes to the real database. Each statement travels for a while, is carried out by PostgreSQL, and
 * its answer travels back; statements of different processes overtake each other as the seed decides.
 */
export class SimDatabase {
  awayUntilMs = 0;
  faults: QueryFaults = { lost: 0, answerLost: 0, deadlock: 0, slowMs: 4 };
  /** Money moved since somebody last looked. */
  dirty = true;
  /** Told of each statement that was carried out, by name. */
  onDone: (name: string) => void = () => {};
  queries = 0;

  constructor(
    readonly kernel: Kernel,
    readonly client: Client,
    readonly random: Random,
    readonly trace: Trace,
  ) {}

  /** The pool of one process. What is on its way when the process dies may still arrive, but nobody hears the answer. */
  poolOf(host: Host): SqlPool {
    return {
      query: <Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
        new Promise<Row[]>((resolve, reject) => {
          const back = (what: () => void) => this.kernel.after(this.#travelMs(), what, host);
          this.kernel.after(this.#travelMs(), async () => {
            if (!host.alive && this.random.chance(0.5)) return;
            const problem = this.#problem();
            if (problem) {
              this.trace.add("database", `${name} of ${host.name}: ${problem.message}`);
              back(() => reject(problem));
              return;
            }
            try {
              const rows = await this.#run<Row>(host, name, text, values);
              const lost = this.random.int(1, 1000) <= this.faults.answerLost;
              if (lost) this.trace.add("database", `the answer to ${name} of ${host.name} is lost`);
              back(() => (lost ? reject(broken("Connection terminated unexpectedly", "ECONNRESET")) : resolve(rows)));
            } catch (error) {
              // None of these statements may ever fail by itself: what a rule forbids, the function has to see before.
              throw new Violation(`${name} of ${host.name} fails: ${(error as Error).message}`);
            }
          });
        }),
      close: async () => {},
    };
  }

  #travelMs(): number {
    const { slowMs } = this.faults;
    return this.random.chance(0.1) ? this.random.int(0, slowMs) : this.random.int(0, 3);
  }

  #problem(): Error | undefined {
    if (this.kernel.nowMs < this.awayUntilMs) return broken("connect ECONNREFUSED", "ECONNREFUSED");
    const drawn = this.random.int(1, 1000);
    if (drawn <= this.faults.lost) return broken("Connection terminated unexpectedly", "ECONNRESET");
    if (drawn <= this.faults.lost + this.faults.deadlock) return broken("deadlock detected", "40P01");
    return undefined;
  }

  async #run<Row extends QueryResultRow>(
    host: Host,
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const { rows } = await this.client.query<Row>({ name, text, values: [...values] });
    this.queries += 1;
    if (MOVES.has(name)) this.dirty = true;
    if (SHOWN.has(name)) this.trace.add("database", `${name} of ${host.name}${shown(name, values, rows)}`);
    this.onDone(name);
    // The order of a table's rows is nobody's promise, and differs from run to run.
    if (name === "calls_open") rows.sort((a, b) => (String(a["pbx_call_id"]) < String(b["pbx_call_id"]) ? -1 : 1));
    return rows;
  }
}

/** A call and what was said about it, without ids of the database. */
function shown(name: string, values: readonly unknown[], rows: readonly QueryResultRow[]): string {
  const [first] = rows;
  const answer = first
    ? ["kind", "code", "granted_seconds", "result", "done"].flatMap((field) =>
        field in first ? [String(first[field])] : [],
      )
    : ["nothing"];
  const told = name === "call_settle" ? `${String(values[2])} ms by ${String(values[8])}` : "";
  return ` ${String(values[1])} ${told} → ${answer.join(" ")}`;
}
