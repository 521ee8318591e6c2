import { randomUUID } from "node:crypto";
import { Client } from "pg";

import { appUrl } from "@/server/config/database-url";
import { connectDb, type Db } from "@/server/infra/db/client";
import { createPool, JOBS_WAIT_MS, type SqlPool } from "@/server/infra/db/pool";
import { TEMPLATE, TEST_AUTH_SECRET } from "./names";

export type TestDatabase = {
  /** As portal_app: exactly what the product may do. */
  readonly app: Db;
  readonly pool: SqlPool;
  readonly appUrl: string;
  /** As the server's superuser, for set-up and for looking past row security. */
  readonly owner: Client;
  readonly ownerUrl: string;
  readonly drop: () => Promise<void>;
};

/** A private copy of the migrated template of that server. */
export async function copyTemplate(adminUrl: string): Promise<TestDatabase> {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const ownerUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const app = appUrl({ DATABASE_URL: ownerUrl, AUTH_SECRET: TEST_AUTH_SECRET });
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  const db = connectDb(app, 10);
  // A race of many on a machine with much to do waits for its turn, and does not fail for that.
  const pool = createPool(app, () => {}, 10, JOBS_WAIT_MS);
  return {
    app: db,
    pool,
    appUrl: app,
    owner,
    ownerUrl,
    drop: async () => {
      await Promise.all([db.$disconnect(), pool.close(), owner.end()]);
      await asAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
