import { Pool, type PoolClient, type QueryResultRow } from "pg";

/**
 * The charging path: SQL functions called raw, one statement each. An ORM's interactive transaction costs several round
 * trips, and this path is the one that a caller waits for.
 */
export type SqlPool = {
  /** Runs one prepared statement; the name keeps its plan on the connection. */
  query<Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

/** One that keeps connections open on which a call is charged as quickly as on any: the first statement of each was a rehearsal. */
export type ReadyPool = SqlPool & {
  /**
   * Opens what the pool keeps, and runs a statement on each connection that has not had it. All are held until the last is done,
   * or one would be asked twice. @throws what the database throws; those that are ready stay so.
   */
  ready(statement: string): Promise<void>;
  /** Tells of each connection that is gone: lost while nobody used it, or while somebody did, or closed after a quiet while. */
  whenGone(listener: () => void): void;
};

/** Somebody stands with a telephone at the ear. */
const CALLERS_WAIT_MS = 1_500;
/** Somebody looks at a page: on a busy machine late is better than an error. */
export const READERS_WAIT_MS = 10_000;
/** For pools that nobody on the telephone waits for: on a busy machine a minute's jobs queue for a connection, and do not fail. */
export const JOBS_WAIT_MS = 20_000;

/**
 * `onIdleError` hears of connections that died while nobody used them; the next query opens a new one. `waitMs` is how long a
 * query may wait for a connection before it fails. So many as `kept` stay open while nobody calls; the others close after a while.
 */
export function createPool(
  connectionString: string,
  onIdleError: (error: Error) => void,
  max = 16,
  waitMs = CALLERS_WAIT_MS,
  kept = 0,
): ReadyPool {
  const pool = new Pool({
    connectionString,
    max,
    min: kept,
    connectionTimeoutMillis: waitMs,
    // Whoever waits longer for a connection waits longer for an answer.
    statement_timeout: Math.max(5_000, waitMs),
    keepAlive: true,
  });
  pool.on("error", onIdleError);
  // The pool listens to those that nobody holds. One that is lost while it is held and asked nothing would end the process; it is
  // closed when it is given back.
  pool.on("connect", (client) => void client.on("error", () => {}));
  const rehearsed = new WeakSet<PoolClient>();
  return {
    query: async <Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
      (await pool.query<Row>({ name, text, values: [...values] })).rows,
    close: () => pool.end(),
    whenGone: (listener) => void pool.on("remove", listener),
    ready: async (statement) => {
      const held: PoolClient[] = [];
      try {
        while (held.length < kept) {
          const client = await pool.connect();
          held.push(client);
          if (!rehearsed.has(client)) await client.query(statement);
          rehearsed.add(client);
        }
      } finally {
        for (const client of held) client.release(!rehearsed.has(client));
      }
    },
  };
}
