import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";

import { appUrl, loginPasswords } from "@/server/config/database-url";
import { type EmbeddedPostgres, startPostgres } from "@/server/embedded/postgres";
import { migrate } from "@/server/infra/db/migrate";
import { Random } from "@/test/proof/sim/random";
import { prepareStress, readStress, type StressReport } from "@/test/proof/stress/books";
import { bundle } from "@/test/support/bundle";
import { TEST_AUTH_SECRET } from "@/test/support/names";

type Size = Readonly<{ calls: number; processes: number; processKills: number; postgresKills: number; seed: number }>;

const PATIENCE_MS = 120_000;

/**
 * Very many calls on one wallet, from several processes at once, while processes and PostgreSQL are killed in the middle of
 * it. PostgreSQL is as durable as in production. @returns what the books say when all is over.
 */
export async function stress(size: Size, say: (what: string) => void = () => {}): Promise<StressReport> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-stress-"));
  // Started by root, the server runs under another account, which must pass through here.
  chmodSync(dataDir, 0o755);
  let postgres = await startPostgres({ dataDir });
  const running = new Map<number, ChildProcess>();
  try {
    const secrets = { DATABASE_URL: postgres.url, AUTH_SECRET: TEST_AUTH_SECRET };
    await migrate({ url: postgres.url, passwords: loginPasswords(secrets) });
    await withOwner(postgres, (owner) => prepareStress(owner, size.calls));
    const program = await bundle("test/proof/stress/caller.ts", path.join(dataDir, "program"));
    const callers = new Callers(size, program, appUrl(secrets), running);
    const over = callers.finish();
    over.catch(() => {});
    const random = new Random(size.seed);
    const victims = [...Array(size.processKills).fill("process"), ...Array(size.postgresKills).fill("PostgreSQL")];
    while (victims.length > 0 && !callers.done) {
      await pause(random.int(300, 1_200));
      const [victim] = victims.splice(random.int(0, victims.length - 1), 1);
      say(`kills a ${victim === "process" ? "process" : "server"}`);
      if (victim === "process") callers.kill(random);
      else postgres = await killed(postgres, dataDir);
    }
    await over;
    return await withOwner(postgres, readStress);
  } finally {
    for (const child of running.values()) child.kill("SIGKILL");
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Without a word to anybody; then started again on what is on the disk. */
async function killed(postgres: EmbeddedPostgres, dataDir: string): Promise<EmbeddedPostgres> {
  process.kill(postgres.child.pid, "SIGKILL");
  await postgres.child.ended;
  for (const deadline = Date.now() + PATIENCE_MS; ; await pause(200)) {
    try {
      return await startPostgres({ dataDir, port: postgres.port });
    } catch (error) {
      // The killed server's own processes notice it, and let go of its memory, a moment later.
      if (Date.now() > deadline) throw error;
    }
  }
}

async function withOwner<T>(postgres: EmbeddedPostgres, work: (owner: Client) => Promise<T>): Promise<T> {
  const owner = new Client({ connectionString: postgres.url });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

/** The processes, each with its share of the calls; a killed one begins again. */
class Callers {
  done = false;
  #failed: Error | undefined;
  /** Processes whose calls are all open. */
  #open = new Set<number>();

  constructor(
    readonly size: Size,
    readonly program: string,
    readonly url: string,
    readonly running: Map<number, ChildProcess>,
  ) {}

  async finish(): Promise<void> {
    const share = Math.ceil(this.size.calls / this.size.processes);
    const shares = Array.from({ length: this.size.processes }, (_, at) => at);
    await Promise.all(
      shares.map((at) => this.#untilDone(at, at * share, Math.min(share, this.size.calls - at * share))),
    );
    this.done = true;
    if (this.#failed) throw this.#failed;
  }

  kill(random: Random): void {
    const alive = [...this.running.values()];
    if (alive.length > 0) random.pick(alive).kill("SIGKILL");
  }

  async #untilDone(at: number, from: number, count: number): Promise<void> {
    for (;;) {
      const args = [this.program, this.url, String(from), String(count), "10"];
      const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
      this.running.set(at, child);
      child.stdin.on("error", () => {});
      child.stdout.once("data", () => {
        this.#open.add(at);
        if (this.#open.size < this.size.processes) return;
        for (const { stdin } of this.running.values()) stdin?.write("go\n");
      });
      let said = "";
      child.stderr.on("data", (data: Buffer) => {
        said += data.toString();
      });
      const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
        child.on("close", (...how) => resolve(how));
      });
      this.running.delete(at);
      if (signal === "SIGKILL") continue;
      if (code !== 0) this.#failed = new Error(`a process ended with ${code ?? signal}: ${said.slice(-2_000)}`);
      return;
    }
  }
}
