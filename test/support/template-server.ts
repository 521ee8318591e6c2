import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";

import { loginPasswords } from "../../server/config/database-url";
import { startPostgres } from "../../server/embedded/postgres";
import { own, postgresAccount } from "../../server/embedded/service-home";
import { migrate } from "../../server/infra/db/migrate";
import { TEMPLATE, TEST_AUTH_SECRET } from "./names";

export type TemplateServer = Readonly<{ adminUrl: string; stop: () => Promise<void> }>;

/** One real PostgreSQL with a migrated template that tests copy. */
export async function startTemplateServer(): Promise<TemplateServer> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-test-"));
  // Started by root, the server runs under another account, which must pass through here.
  chmodSync(dataDir, 0o755);
  const postgres = await startPostgres({
    dataDir,
    // Nothing here outlives the run, so nothing needs to survive a power cut.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: 300 },
  });
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}${await spaceInMemory(admin)}`);
  const url = Object.assign(new URL(postgres.url), { pathname: `/${TEMPLATE}` }).href;
  await migrate({
    url,
    passwords: loginPasswords({ DATABASE_URL: url, AUTH_SECRET: TEST_AUTH_SECRET }),
    queue: true,
  });
  await admin.end();
  return {
    adminUrl: postgres.url,
    stop: async () => {
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A copy is made of a thousand small files: in memory, where the run has room there, they take half the time. Copies go where the template is. */
async function spaceInMemory(admin: Client): Promise<string> {
  const memory = process.env["RINGFENCE_TEST_MEMORY"];
  if (!memory) return "";
  const folder = mkdtempSync(path.join(memory, "databases-"));
  own(folder, postgresAccount());
  await admin.query(`CREATE TABLESPACE memory LOCATION '${folder}'`);
  return " TABLESPACE memory";
}
