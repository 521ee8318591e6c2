import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";

import { appUrl, loginPasswords } from "@/server/config/database-url";
import { startPostgres } from "@/server/embedded/postgres";
import { migrate } from "@/server/infra/db/migrate";
import { TEST_AUTH_SECRET } from "@/test/support/names";

export type BenchDatabase = {
  owner: Client;
  ownerUrl: string;
  appUrl: string;
  operatorId: string;
  /** Puts everything on disk and lets the machine forget its copy in memory, as it has of rows that are months old. */
  toDisk: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Bytes of a file that holds old rows, not what every call reads. */
const BIG = 4 << 20;

/** A private database as durable as production: fsync and synchronous commit stay on. */
export async function benchDatabase(): Promise<BenchDatabase> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-bench-"));
  const postgres = await startPostgres({ dataDir, settings: { shared_buffers: "512MB", max_wal_size: "4GB" } });
  const secrets = { DATABASE_URL: postgres.url, AUTH_SECRET: TEST_AUTH_SECRET };
  await migrate({ url: postgres.url, passwords: loginPasswords(secrets) });
  const owner = new Client({ connectionString: postgres.url });
  await owner.connect();
  const { rows } = await owner.query<{ id: string }>(
    "SELECT tenant_create('operator', 'Operator', 'operator', 'EUR', 'UTC', 'DE', NULL) AS id",
  );
  const operatorId = rows[0]?.id ?? "";
  await owner.query("SELECT set_config('app.tenant_id', $1, false)", [operatorId]);
  return {
    owner,
    ownerUrl: postgres.url,
    appUrl: appUrl(secrets),
    operatorId,
    toDisk: async () => {
      await owner.query("CHECKPOINT");
      for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        // Postgres may take a file away meanwhile.
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        if (entry.isFile() && file.includes("/base/") && size > BIG)
          execFileSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]);
      }
    },
    stop: async () => {
      await owner.end();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
