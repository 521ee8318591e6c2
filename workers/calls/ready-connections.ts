import type { ReadyPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";

/** After the first of many connections is lost, so that one look is enough. */
const SOON_MS = 250;
/** The database is away, or has too much to do: calls go first. */
const LATER_MS = 2_000;

/**
 * Keeps the connections that calls are charged on rehearsed, from the start on and after the database was away, so that nobody
 * who calls first waits for statements to be read and planned. Where it fails, calls are charged as ever, only later by that.
 * @returns what stops it.
 */
export function readyConnections(pool: ReadyPool, log: Logger): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let told = false;
  let gone = false;
  const look = (inMs: number) => {
    if (stopped) return;
    // One that goes while the others are rehearsed may not have been among them.
    gone = timer !== undefined;
    if (gone) return;
    timer = setTimeout(() => void rehearse(), inMs);
    timer.unref();
  };
  const rehearse = async () => {
    try {
      await pool.ready("SELECT call_rehearse()");
      timer = undefined;
      told = false;
      if (gone) look(SOON_MS);
    } catch (error) {
      timer = undefined;
      if (!stopped && !told) log.warn({ error }, "connections for calls could not be made ready; this is tried again");
      told = true;
      look(LATER_MS);
    }
  };
  look(0);
  pool.whenGone(() => look(SOON_MS));
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
