import { runMigrations } from "bullmq";
import { Client } from "pg";

import {
  type AppliedMigration,
  MigrationError,
  type MigrationFile,
  migrationsFolder,
  pendingMigrations,
  readMigrations,
} from "./migration-files";
import { ensureRoles, setLogins } from "./roles";

export { MigrationError } from "./migration-files";

export type MigrateOptions = Readonly<{
  /** Connects as the owner of the schema: a superuser, or an owner of the database with CREATEROLE. */
  url: string;
  /** Passwords to give to the login roles (`loginPasswords(env)`); none are touched without it. */
  passwords?: Readonly<Record<string, string>>;
  /** Also prepares BullMQ's own PostgreSQL back end, for a system without Redis. */
  queue?: boolean;
  /** Another folder of migrations, for tests. */
  folder?: string;
}>;

/** Any number; the same for everybody who migrates a Ringfence database. */
const LOCK = 5_265_720_014;
const PATIENCE = "120s";

/**
 * Brings the database up to date and answers with the names of the migrations it applied, in order.
 * Each file is one transaction. Any number of processes may do this at once: one works, the others wait and find it done.
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const files = readMigrations(options.folder ?? migrationsFolder);
  const client = new Client({ connectionString: options.url, application_name: "ringfence-migrate" });
  // The query that is under way reports it; without a listener it would end the process.
  client.on("error", () => {});
  await connected(client);
  try {
    await lock(client);
    await ensureRoles(client);
    const applied = await applyAll(client, files);
    if (options.queue) await prepareQueue(client);
    if (options.passwords) await setLogins(client, options.passwords);
    return applied;
  } finally {
    await client.end();
  }
}

async function connected(client: Client): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    // The address may hold a password: the host and the reason are enough.
    throw new MigrationError(`The database at ${client.host}:${client.port} cannot be reached: ${wordsOf(error)}.`);
  }
}

/** Held until the connection ends, so a migration that dies frees it. */
async function lock(client: Client): Promise<void> {
  await client.query(`SET lock_timeout = '${PATIENCE}'`);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
  } catch (error) {
    if ((error as { code?: string }).code !== "55P03") throw error;
    throw new MigrationError(`Another migration of this database has been running for more than ${PATIENCE}.`);
  }
}

async function applyAll(client: Client, files: readonly MigrationFile[]): Promise<string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS public.schema_migration (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  await client.query("GRANT SELECT ON public.schema_migration TO portal_app");
  const { rows } = await client.query<AppliedMigration>(
    "SELECT name, checksum FROM public.schema_migration ORDER BY name",
  );
  const pending = pendingMigrations(files, rows);
  for (const file of pending) await apply(client, file);
  return pending.map((file) => file.name);
}

async function apply(client: Client, { name, file, sql, checksum }: MigrationFile): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query("INSERT INTO public.schema_migration (name, checksum) VALUES ($1, $2)", [name, checksum]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    const position = Number((error as { position?: string }).position ?? 0);
    const line = position > 0 ? ` at line ${sql.slice(0, position).split("\n").length}` : "";
    throw new MigrationError(
      `The migration file ${file} failed${line}, and nothing of it was applied: ${wordsOf(error)}.`,
    );
  } finally {
    // A file may have set what must not leak into the next one.
    await client.query("RESET ALL").catch(() => {});
  }
}

async function prepareQueue(client: Client): Promise<void> {
  await runMigrations(client);
  // BullMQ keeps a sequence per queue, which it makes when the first job comes.
  await client.query(`
    GRANT USAGE, CREATE ON SCHEMA bullmq TO portal_app;
    GRANT ALL ON ALL TABLES IN SCHEMA bullmq TO portal_app;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA bullmq TO portal_app;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO portal_app;`);
}

const wordsOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || String(error)).replace(/\.$/, "");
};
