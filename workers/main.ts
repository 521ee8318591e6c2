import { currentEnv, EnvironmentError } from "@/server/config/env";
import { createLogger } from "@/server/infra/log/logger";
import { type RunningWorkers, startWorkers, WorkersError } from "@/workers/start";

/** `npm run worker`: call control, the queue and everything that listens to the PBX, in one process. */
const STOP_MS = 10_000;

async function main(): Promise<void> {
  const env = currentEnv();
  const log = createLogger({ name: "workers", level: env.LOG_LEVEL });
  let running: RunningWorkers | undefined;
  let stopping = false;

  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    // Whatever hangs must not keep the machine from being switched off.
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await running?.stop();
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
  // A bug leaves a state that nobody planned: better a new process, which reads the truth from the database.
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ error }, "the workers end because of a bug");
      process.exit(1);
    });
  }
  running = await startWorkers(env, log);
}

main().catch((error: unknown) => {
  const known = error instanceof EnvironmentError || error instanceof WorkersError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
