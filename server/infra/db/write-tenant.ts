import type { Db } from "@/server/infra/db/client";
import { inTenant, type Scope, type TenantWrite } from "@/server/infra/db/tenant-tx";

/** The rule `one-door-to-writes` says who may import this; everyone else goes through domain/audit/change. */
export const writeTenant = <T>(db: Db, scope: Scope, work: (tx: TenantWrite) => Promise<T>): Promise<T> =>
  inTenant(db, { ...scope, subtree: false }, "off", (tx) => work(tx as TenantWrite));
