import type { Db } from "@/server/infra/db/client";
import { inTenant, type Scope, type TenantRead } from "@/server/infra/db/tenant-tx";

/** Runs work in a READ ONLY transaction: a stray write fails in Postgres, not in review. */
export const readTenant = <T>(db: Db, scope: Scope, work: (tx: TenantRead) => Promise<T>): Promise<T> =>
  inTenant(db, scope, "on", (tx) => work(tx as TenantRead));
