import { Pool, type QueryResultRow } from "pg";

/**
 * The charging path: SQL functions called raw, one statement each. An ORM's interactive transaction costs several round
 * trips, and this path is the one that a caller waits for.
 */
export type SqlPool = {
  /** Runs one prepared statement; the name keeps its plan on the connection. */
  query<Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

/** Somebody stands with a telephone at the ear. */
const CALLERS_WAIT_MS = 1_500;
/** For pools that nobody on the telephone waits for: on a busy machine a minute's jobs queue for a connection, and do not fail. */
export const JOBS_WAIT_MS = 20_000;

/**
 * `onIdleError` hears of connections that died while nobody used them; the next query opens a new one. `waitMs` is how long a
 * query may wait for a connection before it fails.
 */
export function createPool(
  connectionString: string,
  onIdleError: (error: Error) => void,
  max = 16,
  waitMs = CALLERS_WAIT_MS,
): SqlPool {
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: waitMs,
    statement_timeout: 5_000,
    keepAlive: true,
  });
  pool.on("error", onIdleError);
  return {
    query: async <Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
      (await pool.query<Row>({ name, text, values: [...values] })).rows,
    close: () => pool.end(),
  };
}
