import { randomUUID } from "node:crypto";

import { connectDb } from "@/server/infra/db/client";
import { createPool } from "@/server/infra/db/pool";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import type { TenantContext } from "@/workers/processors/types";

/** What a long job is given, for one tenant, without a queue or a telephone system. */
export const taskContext = (db: Pick<TenantContext, "db" | "pool">, tenantId: string): TenantContext => ({
  jobId: randomUUID(),
  tenantId: tenantId as TenantId,
  db: db.db,
  pool: db.pool,
  ami: undefined,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  log: silentLogger,
  pbx: "pbx1",
  settings: {
    appUrl: "https://portal.example",
    securityEventRetentionDays: 90,
    pseudonymSecret: "the key of the tests, thirty-two letters",
    auditFile: undefined,
    // A busy machine stores none in its two seconds.
    evidence: { itemsMs: 60_000, sealMs: 60_000 },
  },
});

/** The same with connections of its own, for a process of its own: it waits at a lock until it is killed, however late that is. */
export const ownContext = (url: string, tenantId: string): TenantContext =>
  taskContext({ db: connectDb(url, 4), pool: createPool(url, () => {}, 4, 300_000) }, tenantId);
