import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

import { bundled } from "@/test/support/bundled";
import type { TestDatabase } from "@/test/support/database";

type Killing = Readonly<{
  /** The program of test/support and its arguments. */
  program: "run-task-child" | "filing-child" | "retention-child";
  words: readonly string[];
  /** Puts something in its way. */
  hold: () => Promise<unknown>;
  /** Whether it has come there. */
  waits: () => Promise<boolean>;
  /** Takes it out of the way again; done however the rest ended. */
  letGo: () => Promise<unknown>;
}>;

/** Less than a test has, so that what is held is let go, and the reason told, before the test is given up. */
const PATIENCE_MS = 240_000;

/** Runs a program of its own into what is held before it, and kills it there. @throws with what it said when it ends by itself. */
export async function killedWhileWaiting({ program, words, hold, waits, letGo }: Killing): Promise<void> {
  const file = await bundled(`test/support/${program}.ts`);
  try {
    await hold();
    await runAndKill([file, ...words], waits);
  } finally {
    await letGo();
  }
}

async function runAndKill(args: readonly string[], waits: () => Promise<boolean>): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += String(bytes)));
  let ended: string | undefined;
  const gone = new Promise<void>((resolve) => {
    child.once("error", (error) => (said += error.message));
    child.once("close", (code, signal) => {
      ended = signal ?? `exit code ${code}`;
      resolve();
    });
  });
  try {
    for (const deadline = Date.now() + PATIENCE_MS; !(await waits()); await pause(10)) {
      if (ended !== undefined) throw new Error(`It ended too early (${ended}) and said: ${said}`);
      if (Date.now() > deadline) throw new Error(`It never came to what was held, and said: ${said}`);
    }
  } finally {
    child.kill("SIGKILL");
    await gone;
  }
  if (ended !== "SIGKILL") throw new Error(`It could not be killed (${ended}) and said: ${said}`);
}

/** Whether anybody waits for a lock in this database, in a statement with this word. */
export const lockAwaited = async (db: TestDatabase, kind = "true", word = ""): Promise<boolean> => {
  // A transaction sees the processes of its first look until it ends, and who holds the lock looks from within one.
  await db.owner.query("SELECT pg_stat_clear_snapshot()");
  const { rows } = await db.owner.query(
    `SELECT FROM pg_locks WHERE NOT granted AND ${kind} AND pid IN
       (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND strpos(query, $1) > 0)`,
    [word],
  );
  return rows.length > 0;
};
