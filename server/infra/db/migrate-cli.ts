import { loginPasswords, migrateUrl } from "@/server/config/database-url";
import { currentEnv, EnvironmentError } from "@/server/config/env";

import { MigrationError, migrate } from "./migrate";

/** `npm run migrate`: brings the database of the environment up to date. Safe to run again, and from several places. */
try {
  const env = currentEnv();
  const applied = await migrate({
    url: migrateUrl(env),
    passwords: loginPasswords(env),
    queue: env.REDIS_URL === undefined,
  });
  process.stdout.write(applied.length ? `Applied ${applied.join(", ")}.\n` : "The database is up to date.\n");
} catch (error) {
  const known = error instanceof MigrationError || error instanceof EnvironmentError;
  process.stderr.write(`${known ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
